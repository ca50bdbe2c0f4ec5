import type { ComposeNode } from '../ComposeNode.ts';
import type { Names } from '../names.ts';
import { used, type Words } from '../words.ts';

interface Joined {
  readonly name: string;
  readonly priority: number;
  readonly words: Words;
}

/** The first network has options of its own, such as `ip`; the others have maps. */
export function serviceNetworks(networks: ComposeNode, names: Names): Words {
  const all = networks.isMap
    ? networks.entries().map(([name, network]) => joinedNetwork(name, network))
    : networks.texts().map((name): Joined => ({ name: String(name), priority: 0, words: {} }));
  const [first, ...others] = all.toSorted((a, b) => b.priority - a.priority);
  if (!first) return { network: names.networkOf('default') };
  const { alias, 'driver-opt': driverOpts, ...options } = first.words;
  const name = names.networkOf(first.name);
  const mode = driverOpts === undefined ? name : { name, 'driver-opt': driverOpts };
  const further = others.map((other) => {
    const joined = { name: names.networkOf(other.name), ...other.words };
    return Object.keys(joined).length === 1 ? joined.name : joined;
  });
  return { network: further.length === 0 ? mode : [mode, ...further], 'network-alias': alias, ...options };
}

function joinedNetwork(name: string, network: ComposeNode): Joined {
  return {
    name,
    // Compose joins the one with the highest number first.
    priority: Number(network.get('priority').text() ?? 0) || 0,
    words: used({
      alias: network.get('aliases').texts(),
      ip: network.get('ipv4_address').text(),
      ip6: network.get('ipv6_address').text(),
      'mac-address': network.get('mac_address').text(),
      'driver-opt': network.get('driver_opts').pairs(),
    }),
  };
}

/** In the networks of compose a service has its name, whatever its containers are called. */
export function withServiceName(words: Words, service: string): Words {
  const all: unknown[] = [words['network']].flat();
  const [first, ...others] = all;
  const named = (aliases: unknown) => [...new Set<unknown>([service, ...[aliases ?? []].flat()])];
  const further = others.map((other) => {
    const { alias, ...network }: Words = typeof other === 'string' ? { name: other } : (other as Words);
    return { ...network, alias: named(alias) };
  });
  return {
    ...words,
    network: further.length === 0 ? first : [first, ...further],
    'network-alias': named(words['network-alias']),
  };
}
