import { join } from 'node:path';

export interface ManagedConfig {
  /** Directory of the data that survives a reboot. */
  root: string;
  /** Directory of the data that does not. */
  state: string;
  /** Path of the unix socket. */
  address: string;
  /** The snapshotter in use. The other special ones are disabled. */
  snapshotter: string;
}

/**
 * Plugins that a private containerd does not need. Those for Kubernetes listen on ports, or on sockets outside of
 * `state`; special snapshotters log errors if their file system is not available. containerd ignores unknown names,
 * so the list covers 1.6 to 2.x.
 */
const disabledPlugins = [
  'io.containerd.grpc.v1.cri',
  'io.containerd.cri.v1.images',
  'io.containerd.cri.v1.runtime',
  'io.containerd.podsandbox.controller.v1.podsandbox',
  'io.containerd.grpc.v1.sandbox-controllers',
  'io.containerd.nri.v1.nri',
  'io.containerd.internal.v1.restart',
  'io.containerd.internal.v1.tracing',
  'io.containerd.tracing.processor.v1.otlp',
  'io.containerd.differ.v1.erofs',
];

const specialSnapshotters = ['aufs', 'blockfile', 'btrfs', 'devmapper', 'erofs', 'zfs'];

/**
 * Returns the configuration file of a managed containerd. containerd 1.6 and 1.7 read version 2, 2.x migrates it.
 * Every path is below `root` or `state`, so that several containerds can run side by side.
 */
export function managedConfig({ root, state, address, snapshotter }: ManagedConfig): string {
  const unused = specialSnapshotters.filter((name) => name !== snapshotter);
  const disabled = [...disabledPlugins, ...unused.map((name) => `io.containerd.snapshotter.v1.${name}`)];
  return `# Written by pouchd at every start; changes are lost.
version = 2
root = ${quote(root)}
state = ${quote(state)}
oom_score = 0
disabled_plugins = [
${disabled.map((name) => `  ${quote(name)},`).join('\n')}
]

[grpc]
address = ${quote(address)}

[ttrpc]
address = ${quote(`${address}.ttrpc`)}

[debug]
address = ""
level = "info"

[metrics]
address = ""

[plugins."io.containerd.internal.v1.opt"]
path = ${quote(join(root, 'opt'))}
`;
}

/** A TOML basic string has the escapes of a JSON string. */
function quote(text: string): string {
  return JSON.stringify(text);
}
