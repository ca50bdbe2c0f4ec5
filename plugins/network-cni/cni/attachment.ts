import type { NetworkAttachment } from '../../../hooks/index.ts';
import type { CniResult } from './types.ts';

/** The network's name in Docker. */
const networkName = 'bridge';

/** Returns the attachment as the engine and clients see it. */
export function toAttachment(
  interfaceName: string,
  result: CniResult,
  ports: NetworkAttachment['ports'],
): NetworkAttachment {
  const inside = result.interfaces?.find(({ name, sandbox }) => name === interfaceName && sandbox);
  const address = result.ips?.[0];
  const [ip, prefix] = address?.address.split('/') ?? [];
  return {
    network: networkName,
    interface: interfaceName,
    ...(inside?.mac && { mac: inside.mac }),
    ...(ip && { ip }),
    ...(prefix && { prefixLength: Number(prefix) }),
    ...(address?.gateway && { gateway: address.gateway }),
    ports,
    cni: result,
  };
}
