import { createHash } from 'node:crypto';
import type { Socket } from 'node:net';
import type { SidecarInPouchd } from '../../../hooks/index.ts';
import type { Grants } from '../options.ts';
import type { FoundPlugin } from './findPlugins.ts';

/** The descriptor of the plugin's connection. */
const channel = 3;
const unprivileged = 'nobody';

/** How a launched plugin runs: with nothing but its own files, unless the options grant more. */
export function sidecarOf(
  { name, index, base, path }: FoundPlugin,
  { env, grants = {} }: { env?: Readonly<Record<string, string>> | undefined; grants?: Grants | undefined },
  connect: (socket: Socket) => void,
): SidecarInPouchd {
  const { user = unprivileged, host = false, network = false, memory, cpus, pids, paths = {} } = grants;
  const limits = { ...(memory && { memory }), ...(cpus && { cpus }), ...(pids && { pids }) };
  return {
    name: sidecarName(name),
    doc: `The NRI plugin ${name}.`,
    command: [path],
    // As NRI's stub reads them (pkg/api/plugin.go).
    env: { ...env, NRI_PLUGIN_NAME: base, NRI_PLUGIN_IDX: index, NRI_PLUGIN_SOCKET: String(channel) },
    user,
    namespaces: host ? 'host' : 'own',
    network,
    limits,
    paths,
    isFound: true,
    isOptional: true,
    channel: connect,
  };
}

/** Names of sidecars have lower-case letters, digits and `-`; another name gets a hash, as two may become one. */
function sidecarName(name: string): string {
  const plain = `nri-${name.toLowerCase().replaceAll(/[^a-z0-9]/g, '-')}`;
  if (plain === `nri-${name}` && plain.length <= 63) return plain;
  const hash = createHash('sha256').update(name).digest('hex').slice(0, 8);
  return `${plain.slice(0, 54)}-${hash}`;
}
