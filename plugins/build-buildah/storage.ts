/** Storage and configuration of Pouch’s buildah, apart from those of the host. */
import { mkdir, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BuilderContext } from '../../hooks/index.ts';

export interface Storage {
  root: string;
  /** `overlay` or `vfs`. */
  driver: string;
  /** argv before the command. */
  command: readonly string[];
  env: Readonly<Record<string, string>>;
  /** File that accepts the archives of Pouch. */
  policy: string;
  /** An empty directory. */
  empty: string;
  /** State of the OCI runtime. */
  runtimeState: string;
}

/** f_type of an overlay, statfs(2). */
const overlayMagic = 0x794c7630;

/** What containers of Pouch may do, without rich modes and options. */
const capabilities = [
  ...[
    'AUDIT_WRITE',
    'CHOWN',
    'DAC_OVERRIDE',
    'FOWNER',
    'FSETID',
    'KILL',
    'MKNOD',
    'NET_BIND_SERVICE',
    'NET_RAW',
  ],
  ...['SETFCAP', 'SETGID', 'SETPCAP', 'SETUID', 'SYS_CHROOT'],
];

export async function prepareStorage(
  { directory, scratch }: Pick<BuilderContext, 'directory' | 'scratch'>,
  buildah: string,
): Promise<Storage> {
  const root = join(directory, 'root');
  const runRoot = join(directory, 'run');
  const [policy, empty, runtimeState] = [
    join(scratch, 'policy.json'),
    join(scratch, 'empty'),
    join(scratch, 'runtime'),
  ];
  await mkdir(root, { recursive: true, mode: 0o700 });
  await mkdir(empty, { recursive: true, mode: 0o555 });
  // An overlay cannot have its upper directory on another one.
  const driver = (await statfs(root)).type === overlayMagic ? 'vfs' : 'overlay';
  const files = {
    'policy.json': JSON.stringify({ default: [{ type: 'insecureAcceptAnything' }] }),
    'storage.conf': storageConf({ driver, root, runRoot }),
    // Nothing is pulled: base images come from Pouch.
    'registries.conf': 'unqualified-search-registries = []\n',
    'containers.conf': containersConf,
  };
  for (const [name, content] of Object.entries(files))
    await writeFile(join(scratch, name), content, { mode: 0o600 });
  const places = ['--root', root, '--runroot', runRoot, '--storage-driver', driver];
  return {
    root,
    driver,
    command: [buildah, ...places, '--registries-conf', join(scratch, 'registries.conf')],
    env: {
      HOME: scratch,
      TMPDIR: scratch,
      LC_ALL: 'C.UTF-8',
      CONTAINERS_CONF: join(scratch, 'containers.conf'),
      CONTAINERS_STORAGE_CONF: join(scratch, 'storage.conf'),
    },
    policy,
    empty,
    runtimeState,
  };
}

/** Commands that buildah starts read it. */
function storageConf({ driver, root, runRoot }: { driver: string; root: string; runRoot: string }): string {
  const lines = Object.entries({ driver, graphroot: root, runroot: runRoot });
  return ['[storage]', ...lines.map(([key, value]) => `${key} = ${JSON.stringify(value)}`), ''].join('\n');
}

const containersConf = `[containers]
base_hosts_file = "none"
host_containers_internal_ip = "none"
default_ulimits = []
default_capabilities = ${JSON.stringify(capabilities)}
[engine]
cgroup_manager = "cgroupfs"
`;
