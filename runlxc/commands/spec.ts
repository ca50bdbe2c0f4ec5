import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Command, flag, isSet, string, text } from '../cli/command.ts';
import { RunlxcError } from '../cli/error.ts';
import type { Spec } from '../spec/types.ts';

export const spec: Command = {
  usage: '[--bundle DIR] [--rootless]',
  options: { bundle: { ...text, short: 'b' }, rootless: flag },
  arguments: { min: 0, max: 0 },
  run({ values }) {
    const file = join(string(values, 'bundle') ?? '.', 'config.json');
    if (existsSync(file)) throw new RunlxcError(`File ${file} exists. Remove it first`);
    const example = isSet(values, 'rootless') ? rootless(exampleSpec()) : exampleSpec();
    writeFileSync(file, `${JSON.stringify(example, undefined, 2)}\n`);
    return Promise.resolve(0);
  },
};

const capabilities = ['CAP_AUDIT_WRITE', 'CAP_KILL', 'CAP_NET_BIND_SERVICE'];
const safe = ['nosuid', 'noexec', 'nodev'];

/** Returns an example that runs a shell in a rootfs beside config.json. */
export function exampleSpec(): Spec {
  return {
    ociVersion: '1.1.0',
    process: {
      terminal: true,
      user: { uid: 0, gid: 0 },
      args: ['sh'],
      env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', 'TERM=xterm'],
      cwd: '/',
      capabilities: { bounding: capabilities, effective: capabilities, permitted: capabilities },
      rlimits: [{ type: 'RLIMIT_NOFILE', hard: 1024, soft: 1024 }],
      noNewPrivileges: true,
    },
    root: { path: 'rootfs', readonly: true },
    hostname: 'runlxc',
    mounts: [
      { destination: '/proc', type: 'proc', source: 'proc' },
      tmpfs('/dev', ['nosuid', 'strictatime', 'mode=755', 'size=65536k'], 'tmpfs'),
      {
        destination: '/dev/pts',
        type: 'devpts',
        source: 'devpts',
        options: ['nosuid', 'noexec', 'newinstance', 'ptmxmode=0666', 'mode=0620', 'gid=5'],
      },
      tmpfs('/dev/shm', [...safe, 'mode=1777', 'size=65536k'], 'shm'),
      { destination: '/dev/mqueue', type: 'mqueue', source: 'mqueue', options: safe },
      { destination: '/sys', type: 'sysfs', source: 'sysfs', options: [...safe, 'ro'] },
      {
        destination: '/sys/fs/cgroup',
        type: 'cgroup',
        source: 'cgroup',
        options: [...safe, 'relatime', 'ro'],
      },
    ],
    linux: {
      resources: { devices: [{ allow: false, access: 'rwm' }] },
      namespaces: (['pid', 'network', 'ipc', 'uts', 'mount', 'cgroup'] as const).map((type) => ({ type })),
      maskedPaths: [
        '/proc/acpi',
        '/proc/asound',
        '/proc/kcore',
        '/proc/keys',
        '/proc/latency_stats',
        '/proc/timer_list',
        '/proc/timer_stats',
        '/proc/sched_debug',
        '/sys/firmware',
        '/proc/scsi',
      ],
      readonlyPaths: ['/proc/bus', '/proc/fs', '/proc/irq', '/proc/sys', '/proc/sysrq-trigger'],
    },
  };
}

function tmpfs(destination: string, options: string[], source: string) {
  return { destination, type: 'tmpfs', source, options };
}

/** Adds a user namespace that maps the caller. */
function rootless(example: Spec): Spec {
  const map = (id: number) => [{ containerID: 0, hostID: id, size: 1 }];
  const { resources: _, ...linux } = example.linux ?? {};
  return {
    ...example,
    mounts: (example.mounts ?? []).filter(({ type }) => type !== 'cgroup'),
    linux: {
      ...linux,
      namespaces: [...(linux.namespaces ?? []), { type: 'user' }],
      uidMappings: map(process.getuid?.() ?? 0),
      gidMappings: map(process.getgid?.() ?? 0),
    },
  };
}
