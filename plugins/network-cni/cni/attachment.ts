import type { NetworkAttachment } from '../../../hooks/index.ts';
import type { CniResult } from './types.ts';

/** Returns the attachment as the engine and clients see it. */
export function toAttachment(
  { network, interface: interfaceName, isRouted }: { network: string; interface: string; isRouted: boolean },
  result: CniResult,
  ports: NetworkAttachment['ports'],
): NetworkAttachment {
  const inside = result.interfaces?.find(({ name, sandbox }) => name === interfaceName && sandbox);
  const [four, six] = [false, true].map((isSix) =>
    result.ips?.find((one) => one.address.includes(':') === isSix),
  );
  const [ip, prefix] = four?.address.split('/') ?? [];
  const [ip6, prefix6] = six?.address.split('/') ?? [];
  return {
    network,
    interface: interfaceName,
    ...(inside?.mac && { mac: inside.mac }),
    ...(ip && { ip }),
    ...(prefix && { prefixLength: Number(prefix) }),
    ...(isRouted && four?.gateway && { gateway: four.gateway }),
    ...(ip6 && { ip6, prefixLength6: Number(prefix6) }),
    ...(isRouted && six?.gateway && { gateway6: six.gateway }),
    ports,
    cni: result,
  };
}
