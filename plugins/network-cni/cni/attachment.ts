import type { NetworkAttachment } from '../../../hooks/index.ts';
import type { CniResult } from './types.ts';

/** Network name that clients know (Docker's). */
const networkName = 'bridge';

/** What the engine and its clients are told of an attachment. */
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
