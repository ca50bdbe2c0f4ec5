import { join } from 'node:path';
import { hasInterface, PouchError } from '../../../hooks/index.ts';
import { runCommand } from '../command.ts';
import { freeAddress } from '../leases.ts';
import type { CniAttachment, CniNetwork, CniPluginConfig, CniResult } from './types.ts';

/** What DEL of the plugin `bridge` removes, as far as the result of ADD has it. */
interface Attached {
  /** The end of the veth pair on the host. */
  link: string;
  /** Paths of host-local's leases. */
  leases: string[];
}

/**
 * Detaches a container from a bridge as DEL of CNI's plugin `bridge` with host-local does: the interface, then the
 * leases. Those are two programs in Go, which take 20 ms of CPU time. Returns false for an attachment that only the
 * plugin can detach: that of another plugin, or of an ADD that was interrupted. Idempotent.
 * @throws PCH_CNI_FAILED
 */
export async function detachFromBridge(
  network: CniNetwork,
  plugin: CniPluginConfig,
  attachment: CniAttachment,
  result: CniResult | undefined,
  signal?: AbortSignal,
): Promise<boolean> {
  const attached = result && attachedBy(network, plugin, result);
  if (!attached) return false;
  // Without its namespace the interface is gone, and another one may have its name.
  if (attachment.netns !== '') await deleteLink(attached.link, attachment.containerId, signal);
  for (const lease of attached.leases) await freeAddress(lease, attachment.containerId);
  return true;
}

function attachedBy(
  { name: network }: CniNetwork,
  { type, bridge, ipam }: CniPluginConfig,
  { interfaces = [], ips = [] }: CniResult,
): Attached | undefined {
  if (type !== 'bridge') return undefined;
  const { type: kind, dataDir } = (ipam ?? {}) as { type?: string; dataDir?: string };
  const link = interfaces.find(({ name, sandbox }) => !sandbox && name !== bridge)?.name;
  if (link === undefined) return undefined;
  if (kind === 'static') return { link, leases: [] };
  if (kind !== 'host-local' || dataDir === undefined) return undefined;
  return { link, leases: ips.map(({ address }) => join(dataDir, network, address.split('/')[0]!)) };
}

/** An end of a veth pair takes the other one, in the namespace of the container, with it. */
async function deleteLink(link: string, container: string, signal: AbortSignal | undefined): Promise<void> {
  if (!hasInterface(link)) return;
  const { exitCode, stderr } = await runCommand('ip', ['link', 'delete', 'dev', link], {
    ...(signal && { signal }),
  });
  // The container may have removed it meanwhile.
  if (exitCode === 0 || !hasInterface(link)) return;
  throw new PouchError('PCH_CNI_FAILED', `cannot remove the interface ${link}: ${stderr.trim()}`, {
    container,
    hint: 'check `ip link`; the same call tries again',
  });
}
