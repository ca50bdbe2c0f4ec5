import type { NetworkAttachment } from '../../../hooks/index.ts';
import type { CniResult } from './types.ts';

/** Returns the attachment as the engine and clients see it. */
export function toAttachment(
  { network, interface: interfaceName, isRouted }: { network: string; interface: string; isRouted: boolean },
  result: CniResult,
  ports: NetworkAttachment['ports'],
): NetworkAttachment {
  const inside = result.interfaces?.find(({ name, sandbox }) => name === interfaceName && sandbox);
  const address = result.ips?.[0];
  const [ip, prefix] = address?.address.split('/') ?? [];
  return {
    network,
    interface: interfaceName,
    ...(inside?.mac && { mac: inside.mac }),
    ...(ip && { ip }),
    ...(prefix && { prefixLength: Number(prefix) }),
    ...(isRouted && address?.gateway && { gateway: address.gateway }),
    ports,
    cni: result,
  };
}
