import { randomBytes } from 'node:crypto';
import { type Network, type Networks, PouchError, predefinedNetworkId } from '../../../hooks/index.ts';

/** The predefined networks, and those that are created. */
export function fakeNetworks(): Networks {
  const all = new Map(['bridge', 'host', 'none'].map((name) => [name, predefined(name)]));
  const find = (ref: string): Network => {
    const found = [...all.values()].find(({ name, id }) => name === ref || id.startsWith(ref));
    if (!found) throw new PouchError('PCH_NETWORK_NOT_FOUND', `network ${ref} not found`);
    return found;
  };
  return {
    async create({ name, driver = 'bridge', ipam = {}, ...wanted }) {
      const { driver: ipamDriver = 'default', options = {}, addresses = [] } = ipam;
      const network: Network = {
        ...predefined(name),
        ...wanted,
        id: randomBytes(32).toString('hex'),
        driver,
        createdAt: new Date().toISOString(),
        ipam: { driver: ipamDriver, options, addresses },
        predefined: false,
      };
      all.set(name, network);
      return network;
    },
    list: () => [...all.values()],
    inspect: find,
    async remove(ref) {
      all.delete(find(ref).name);
    },
    connect: async () => undefined,
    disconnect: async () => undefined,
    async prune() {
      const leaving = [...all.values()].filter((one) => !one.predefined).map(({ name }) => name);
      for (const name of leaving) all.delete(name);
      return leaving;
    },
  };
}

function predefined(name: string): Network {
  return {
    id: predefinedNetworkId(name),
    name,
    driver: name,
    createdAt: '',
    internal: false,
    attachable: false,
    enableIPv6: false,
    options: {},
    labels: {},
    ipam: { driver: 'default', options: {}, addresses: [] },
    predefined: true,
  };
}
