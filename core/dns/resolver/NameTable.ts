import { isIPv6 } from 'node:net';
import type { NameEntry, NamedEndpoint } from '../protocol.ts';

/** Names and addresses of one network. */
interface NetworkNames {
  addresses: Map<string, string[]>;
  names: Map<string, string>;
}

/** The names of all containers, as each of them sees the others. */
export class NameTable {
  readonly #entries = new Map<string, NameEntry>();
  #networks: Map<string, NetworkNames> | undefined;
  #turn = 0;

  set(entry: NameEntry): void {
    this.#entries.set(entry.container, entry);
    this.#networks = undefined;
  }

  drop(container: string): void {
    this.#entries.delete(container);
    this.#networks = undefined;
  }

  get(container: string): NameEntry | undefined {
    return this.#entries.get(container);
  }

  /**
   * The addresses of a name in the first of the asker's networks that has it, each time beginning with another one.
   * Undefined: no container that the asker can see has the name.
   */
  addressesOf(asker: string, name: string): string[] | undefined {
    const { endpoints = [], links = {} } = this.#entries.get(asker) ?? {};
    const wanted = name.toLowerCase();
    const linked = Object.hasOwn(links, wanted) ? links[wanted]!.toLowerCase() : wanted;
    for (const { network } of endpoints) {
      const known = this.#namesIn(network)?.addresses;
      const found = known?.get(linked) ?? known?.get(wanted);
      if (found) return rotated(found, this.#turn++);
    }
    return undefined;
  }

  /** The name of an address in one of the asker's networks, with the network's name behind it. */
  nameOf(asker: string, address: string): string | undefined {
    for (const { network } of this.#entries.get(asker)?.endpoints ?? []) {
      const found = this.#namesIn(network)?.names.get(canonical(address));
      if (found !== undefined) return found;
    }
    return undefined;
  }

  #namesIn(network: string): NetworkNames | undefined {
    this.#networks ??= indexed([...this.#entries.values()]);
    return this.#networks.get(network);
  }
}

function indexed(entries: readonly NameEntry[]): Map<string, NetworkNames> {
  const networks = new Map<string, NetworkNames>();
  for (const { endpoints } of entries)
    for (const endpoint of endpoints) {
      const { network } = endpoint;
      const names = networks.get(network) ?? {
        addresses: new Map(),
        names: new Map(),
      };
      networks.set(network, names);
      add(names, endpoint);
    }
  return networks;
}

function add({ addresses, names }: NetworkNames, { ip, networkName, names: own }: NamedEndpoint): void {
  for (const name of new Set(own.map((one) => one.toLowerCase()))) {
    append(addresses, name, ip);
    append(addresses, `${name}.${networkName.toLowerCase()}`, ip);
  }
  const [first] = own;
  if (first !== undefined) names.set(canonical(ip), `${first}.${networkName}`);
}

function append(map: Map<string, string[]>, key: string, value: string): void {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
}

function rotated(list: readonly string[], turn: number): string[] {
  const first = turn % list.length;
  return [...list.slice(first), ...list.slice(0, first)];
}

/** One spelling of each address. */
function canonical(address: string): string {
  if (!isIPv6(address)) return address;
  return new URL(`http://[${address}]`).hostname;
}
