import type { PouchConfig } from '../../config/types.ts';
import type { ContainerDraft, DraftImage } from '../../hooks/draft.ts';
import { defaultCapabilities } from './capabilities.ts';
import { standardCgroup } from './cgroupPath.ts';
import { maskedPaths, readonlyPaths } from './defaultPaths.ts';

/** The draft before any image, request or plugin: Pouch's defaults and those of pouchd.yaml. */
export function newDraft(
  identity: { id: string; name: string },
  image: DraftImage,
  config: PouchConfig,
): ContainerDraft {
  return {
    ...identity,
    image,
    runtime: '',
    process: newProcess(config),
    rich: { enabled: false, mode: '', initScript: '' },
    hostname: identity.id.slice(0, 12),
    domainname: '',
    labels: {},
    annotations: {},
    rootfs: { readonly: false, propagation: '' },
    mounts: defaultMounts(config.shmSize),
    devices: {},
    cdiDevices: {},
    deviceRules: {},
    namespaces: { pid: '', network: '', mount: '', ipc: '', uts: '', cgroup: '' },
    uidMappings: [],
    gidMappings: [],
    sysctls: {},
    maskedPaths: toSet(maskedPaths),
    readonlyPaths: toSet(readonlyPaths),
    seccomp: 'default',
    resources: {},
    cgroupsPath: standardCgroup(config.cgroupParent, identity.id, config.runtime.cgroupDriver),
    network: {
      mode: config.network.default,
      ports: {},
      dns: [],
      dnsSearch: [],
      dnsOptions: [],
      request: { mode: '' },
    },
    extraHosts: {},
    stop: { signal: 'SIGTERM', timeoutSeconds: config.stopTimeout / 1000 },
    restart: { name: 'no', maximumRetryCount: 0 },
    log: { driver: 'json-file', options: defaultLogOptions(config) },
    autoRemove: false,
    ociHooks: {},
    files: {},
    effects: {},
  };
}

/** An object whose keys are the list's items: sets in the draft are keyed by identity. */
export function toSet(names: readonly string[]): Record<string, true> {
  return Object.fromEntries(names.map((name) => [name, true]));
}

function newProcess(config: PouchConfig): ContainerDraft['process'] {
  return {
    entrypoint: [],
    command: [],
    env: { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' },
    cwd: '/',
    user: '',
    groups: [],
    tty: false,
    openStdin: false,
    stdinOnce: false,
    capabilities: toSet(defaultCapabilities),
    rlimits: Object.fromEntries(
      Object.entries(config.defaultUlimits).map(([name, limit]) => [rlimitName(name), { ...limit }]),
    ),
    noNewPrivileges: false,
    init: false,
    privileged: false,
  };
}

/** `nofile` → `RLIMIT_NOFILE` (getrlimit(2)). */
export function rlimitName(name: string): string {
  return `RLIMIT_${name.toUpperCase()}`;
}

const quiet: readonly string[] = ['nosuid', 'noexec', 'nodev'];

/** The sysfs of the container's network namespace. */
export function standardSys(): ContainerDraft['mounts'][string] {
  return { type: 'sysfs', source: 'sysfs', options: [...quiet, 'ro'] };
}

/** The mounts that the runtime spec's "Default Filesystems" asks for, and the cgroup tree, read-only. */
function defaultMounts(shmSize: number): ContainerDraft['mounts'] {
  return {
    '/proc': { type: 'proc', source: 'proc', options: [...quiet] },
    '/dev': { type: 'tmpfs', source: 'tmpfs', options: ['nosuid', 'strictatime', 'mode=755', 'size=65536k'] },
    '/dev/pts': {
      type: 'devpts',
      source: 'devpts',
      options: ['nosuid', 'noexec', 'newinstance', 'ptmxmode=0666', 'mode=0620', 'gid=5'],
    },
    '/dev/shm': { type: 'tmpfs', source: 'shm', options: [...quiet, 'mode=1777', `size=${shmSize}`] },
    '/dev/mqueue': { type: 'mqueue', source: 'mqueue', options: [...quiet] },
    '/sys': standardSys(),
    '/sys/fs/cgroup': { type: 'cgroup', source: 'cgroup', options: [...quiet, 'relatime', 'ro'] },
  };
}

function defaultLogOptions(config: PouchConfig): Record<string, string> {
  const { maxSize, maxFile } = config.containerLogs;
  return maxSize > 0 ? { 'max-size': String(maxSize), 'max-file': String(maxFile) } : {};
}
