import {
  absolutePath,
  boolean,
  integer,
  ipAddress,
  listOf,
  mapOfNetworks,
  networkName,
  oneOf,
  subnet,
  word,
} from '../formats/index.ts';
import type { Settings } from './setting.ts';

/** IFNAMSIZ is 16 including the terminating NUL; a name has no slash, colon or space (dev_valid_name in the kernel). */
const interfaceName = word(
  /^(?!\.{1,2}$)[A-Za-z0-9_.-]{1,15}$/,
  'the name of a network interface, 1 to 15 of A-Z a-z 0-9 _ . -',
);
const domain = word(
  /^[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*\.?$/,
  'a domain name such as example.org',
);

export const network: Settings<'network'> = {
  'network.default': {
    default: 'bridge',
    format: networkName,
    doc: 'Network of containers without `--network`: `bridge`, `none`, `host`, or one of `network.networks`.',
    since: '0.1.0',
  },
  'network.bridge': {
    default: null,
    derived: '`pouch0`; with another `state`, `pouch-HASH`',
    example: 'pouch0',
    format: interfaceName,
    doc: 'Name of the bridge interface, which is created when the first container needs it.',
    restart: 'running containers are attached to the old bridge',
    since: '0.1.0',
  },
  'network.subnet': {
    default: null,
    derived: '`172.29.0.0/16`; with another `state`, a /24 of 10.128.0.0/10 chosen by its hash',
    example: '172.29.0.0/16',
    format: subnet,
    doc: 'IPv4 network of the bridge; its first address is the gateway. It must not overlap another network of the host.',
    restart: 'running containers have addresses of the old network',
    since: '0.1.0',
  },
  'network.binDir': {
    default: ['/usr/lib/cni', '/opt/cni/bin'],
    format: listOf(absolutePath, { min: 1 }),
    doc: 'Directories to search for CNI plugins, in order.',
    since: '0.1.0',
  },
  'network.mtu': {
    default: 1500,
    format: integer(576, 65535),
    doc: "MTU of the containers' interfaces; at most that of the host's outgoing interface.",
    since: '0.1.0',
  },
  'network.ipMasq': {
    default: true,
    format: boolean,
    doc: "Whether containers reach other networks with the host's address (masquerading).",
    since: '0.1.0',
  },
  'network.hairpin': {
    default: true,
    format: boolean,
    doc: 'Whether a container can reach its own published ports at the address of the host.',
    since: '0.1.0',
  },
  'network.isolation': {
    default: 'rich',
    format: oneOf('rich', 'none', 'addresses', 'containers'),
    doc:
      'Isolation of containers on the bridge. `none`: none, as in Docker. `addresses`: containers can send only from their own MAC ' +
      'and IPv4 address, which prevents ARP, MAC and IP spoofing. `containers`: in addition, containers can reach each other only ' +
      'through published ports. `rich`: `addresses` for rich containers where nft is installed, `none` for others. Existing containers keep their isolation. See [Network](../guides/network.md).',
    since: '0.1.0',
  },
  'network.publishAddress': {
    default: '0.0.0.0',
    format: ipAddress,
    doc: 'Host address for `-p 8080:80`; with `127.0.0.1` only the host can reach published ports.',
    since: '0.1.0',
  },
  'network.dns': {
    default: [],
    example: ['192.0.2.53'],
    format: listOf(ipAddress),
    doc: "Name servers of the containers. Empty: the host's.",
    since: '0.1.0',
  },
  'network.dnsSearch': {
    default: [],
    example: ['example.org'],
    format: listOf(domain),
    doc: "Search domains of the containers. Empty: the host's.",
    since: '0.1.0',
  },
  'network.dnsOptions': {
    default: [],
    example: ['ndots:1'],
    format: listOf(word(/^[a-z0-9-]+(:\d+)?$/, 'a resolver option such as ndots:1')),
    doc: "Resolver options of the containers (resolv.conf(5)). Empty: the host's.",
    since: '0.1.0',
  },
  'network.networks': {
    default: {},
    example: { lan: { driver: 'lan', options: { parent: 'eth1', subnet: '192.0.2.0/24' } } },
    env: false,
    format: mapOfNetworks,
    doc:
      'Networks by name, beside `bridge`, `none` and `host`: the driver that attaches containers, which a plugin contributes, and its options. ' +
      'See [Network drivers](../guides/network-drivers.md).',
    since: '0.1.0',
  },
};
