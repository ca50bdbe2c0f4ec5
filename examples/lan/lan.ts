import { BlockList, isIPv4 } from 'node:net';
import { Clock, Containers, definePlugin, PouchError, Type } from 'pouch/hooks';

const options = Type.Object({
  parent: Type.String({ minLength: 1, description: 'Interface of the host that is on the LAN.' }),
  subnet: Type.String({
    pattern: '^\\d+\\.\\d+\\.\\d+\\.\\d+/\\d+$',
    description: 'The LAN: 192.0.2.0/24.',
  }),
  gateway: Type.Optional(Type.String({ format: 'ipv4', description: 'Its router.' })),
  first: Type.String({ format: 'ipv4', description: 'First address that containers get.' }),
  last: Type.String({ format: 'ipv4', description: 'The last one.' }),
  type: Type.Union([Type.Literal('macvlan'), Type.Literal('ipvlan')], { default: 'macvlan' }),
});

/** Network driver `lan`: containers are hosts of the LAN, each with an address of its own for its life. */
export default definePlugin({
  name: 'lan',
  doc: 'Network driver lan: containers are hosts of the LAN of an interface, by macvlan or ipvlan.',
  contributes: ['networkDriver'],
  inject: { clock: Clock, containers: Containers },
  setup({ hooks, networkDriver, services: { clock, containers } }) {
    // `containers.list` has a container once its create has ended; until then its address is kept for it here.
    const leases = new Leases(() => clock.monotonic());
    hooks.container.postCreate.tap(({ container }) => leases.release(container.id));
    networkDriver({
      name: 'lan',
      doc: 'A LAN that the host is on.',
      options,
      check({ options: { subnet, gateway, first, last } }) {
        for (const address of [first, last, ...(gateway === undefined ? [] : [gateway])])
          if (!contains(subnet, address)) throw invalid(`expected addresses of ${subnet}, found ${address}`);
        if (numberOf(first) > numberOf(last))
          throw invalid(`expected first before last, found ${first} and ${last}`);
      },
      attach({ network, container, interface: name, key, ip, mac }) {
        const { parent, subnet, gateway, first, last, type } = network.options;
        const prefix = subnet.slice(subnet.indexOf('/'));
        if (ip !== undefined && !contains(subnet, ip))
          throw invalid(`expected an address of ${subnet}, found ${ip}`);
        const others = containers.list({ all: true }).filter(({ id }) => id !== container.id);
        const taken = [
          ...others.flatMap(({ draft }) => addressIn(draft.effects[key]?.args)),
          ...leases.toOthers(network.name, container.id),
        ];
        const address = ip ?? firstFree(first, last, [...taken, ...(gateway === undefined ? [] : [gateway])]);
        if (taken.includes(address)) throw conflict(`${address} belongs to another container`);
        leases.keep(
          { network: network.name, container: container.id, address },
          ip === undefined ? autoMs : ownMs,
        );
        return {
          attach: {
            kind: 'host.link',
            args: {
              type,
              parent,
              network: network.name,
              interface: name,
              address: address + prefix,
              ...(gateway !== undefined && { gateway }),
              ...(mac !== undefined && { mac }),
            },
          },
        };
      },
    });
  },
});

/** Milliseconds for a create. One that fails, or a plan without a create, has its address for as long. */
const autoMs = 30_000;
/** The same for an address that the user has chosen: who corrects a command wants to repeat it. */
const ownMs = 3_000;

interface Lease {
  readonly network: string;
  readonly container: string;
  readonly address: string;
}

/** Addresses of containers that are being created. */
class Leases {
  readonly #now: () => number;
  #all: (Lease & { readonly until: number })[] = [];

  /** @param now milliseconds that only grow */
  constructor(now: () => number) {
    this.#now = now;
  }

  keep(lease: Lease, ms: number): void {
    this.release(lease.container);
    this.#all.push({ ...lease, until: this.#now() + ms });
  }

  release(container: string): void {
    this.#all = this.#all.filter((one) => one.container !== container && one.until > this.#now());
  }

  toOthers(network: string, container: string): string[] {
    return this.#all
      .filter((one) => one.network === network && one.container !== container && one.until > this.#now())
      .map(({ address }) => address);
  }
}

function addressIn(args: Record<string, unknown> = {}): string[] {
  const { address } = args;
  return typeof address === 'string' ? [address.split('/')[0] ?? ''] : [];
}

function firstFree(first: string, last: string, taken: readonly string[]): string {
  for (let one = numberOf(first); one <= numberOf(last); one += 1)
    if (!taken.includes(addressOf(one))) return addressOf(one);
  throw conflict(`no address from ${first} to ${last} is free`);
}

function contains(subnet: string, address: string): boolean {
  const [network = '', prefix = ''] = subnet.split('/');
  const list = new BlockList();
  list.addSubnet(network, Number(prefix), 'ipv4');
  return isIPv4(address) && list.check(address);
}

function numberOf(address: string): number {
  return address.split('.').reduce((sum, octet) => sum * 256 + Number(octet), 0);
}

function addressOf(number: number): string {
  return [24, 16, 8, 0].map((bits) => (number >>> bits) & 255).join('.');
}

function invalid(message: string): PouchError {
  return new PouchError('PCH_OPTION_INVALID', message, {
    hint: 'correct the options of the network, or the address',
  });
}

function conflict(message: string): PouchError {
  return new PouchError('PCH_CONFLICT', message, { hint: 'choose another address, or remove a container' });
}
