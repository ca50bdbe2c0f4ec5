import { readLinks } from '../bridge/host.ts';
import type { BridgePreparation } from '../bridge/BridgePreparation.ts';
import { ownerMark } from '../bridge/clash.ts';
import { purgeNetwork } from '../bridge/purge.ts';
import { leasesOf } from '../keptAddress.ts';
import type { BridgeNetwork } from '../network.ts';

/**
 * Removes the bridge of a created network, its rules and its leases. Idempotent. The bridge of another owner, because
 * of which the create has failed, stays.
 */
export async function removeBridgeNetwork(
  network: BridgeNetwork,
  preparation: BridgePreparation,
): Promise<void> {
  preparation.forget(network);
  const links = await readLinks();
  const link = links.find(({ name }) => name === network.bridge);
  // It has no mark yet if its create was cut off.
  const isOwn = !link || (link.kind === 'bridge' && ['', ownerMark(network.owner)].includes(link.alias));
  if (!isOwn) return;
  const ipamDir = leasesOf(network, { name: network.bridge });
  await purgeNetwork({ bridge: network.bridge, ipamDir, links });
}
