import {
  Containers,
  definePlugin,
  messageOf,
  networkAttachments,
  networkEffectKey,
  networkPartKey,
  Type,
  type DriverAttachment,
  type HostFacts,
  type NetworkEffects,
  type PortRequest,
  type PublishedPortAttachment,
} from '../../hooks/index.ts';
import { checkClashes, ownerMark } from './bridge/clash.ts';
import { readHostNetwork, type HostLink } from './bridge/host.ts';
import { LocalnetRouting } from './bridge/LocalnetRouting.ts';
import { BridgePreparation } from './bridge/BridgePreparation.ts';
import { BridgeTurns } from './bridge/BridgeTurns.ts';
import { ensureLoopbackGuard } from './bridge/rules.ts';
import { findCommand } from './command.ts';
import { defineBridge } from './created/define.ts';
import { type BridgeOptions, bridgeOptions, checkBridgeOptions } from './created/options.ts';
import { removeBridgeNetwork } from './created/remove.ts';
import { cniEffect, type CniEffectArgs } from './effect.ts';
import { checkFixedAddress, checkFixedAddress6, type FixedIn } from './fixedAddress.ts';
import { isolationEffect, type IsolationEffectArgs } from './isolation/effect.ts';
import type { Isolation } from './isolation/tables.ts';
import { keptAddressEffect, leasesOf, macOfAddress, ownMac, type KeptAddressArgs } from './keptAddress.ts';
import { settleAllLeases } from './leases.ts';
import { linkDriver } from './links/driver.ts';
import { linkEffect } from './links/effect.ts';
import { type BridgeNetwork, bridgeNetwork, cniNetwork } from './network.ts';
import { type CniPortArgs, cniPortEffect } from './ports/effect.ts';
import { type HeldPort, PortClaims } from './ports/PortClaims.ts';
import { checkProxied } from './ports/proxied.ts';

const options = Type.Object({
  firewall: Type.Boolean({
    default: false,
    description:
      'Also runs CNI’s firewall plugin for each container: for hosts with rules in the chain CNI-ADMIN. Otherwise one rule per subnet accepts traffic.',
  }),
});

/** Key of the effect that attaches a container's first interface. */
const firstAttachment = networkEffectKey('eth0');

/** Name of the effect that leases the address of a container that keeps it. */
const address = 'address';

/**
 * The networks `bridge`, `host` and `none`. Containers are attached to the daemon's bridge by CNI plugins (bridge,
 * host-local, portmap, firewall).
 */
export default definePlugin({
  name: 'network-cni',
  version: '0.1.0',
  doc: 'Network drivers host, none, macvlan, ipvlan, and bridge, with CNI’s plugins.',
  options,
  inject: { containers: Containers },
  setup({ networkDriver, options: { firewall }, host, log, effect, surface, services: { containers } }) {
    const preparation = new BridgePreparation(log);
    const localnet = new LocalnetRouting();
    const turns = new BridgeTurns();
    const claims = new PortClaims({
      nameOf: (id) => nameOf(containers, id),
      proxied: () => proxiedPorts(containers),
    });
    effect(cniPortEffect(preparation, claims, localnet));
    effect({
      ...cniEffect(preparation, claims, localnet),
      assume: ({ id, netns }) => assumedArgs(id, netns, host, firewall),
    });
    effect({
      ...isolationEffect(),
      assume: ({ id }) =>
        isolationArgs({ container: { id }, key: firstAttachment }, host.network, 'addresses'),
    });
    effect({
      ...keptAddressEffect(),
      assume: ({ id }) => addressArgs({ container: { id } }, bridgeNetwork(host)),
    });
    networkDriver({
      name: 'bridge',
      doc: 'The bridge of the daemon, with addresses of its subnet; with options, a bridge of its own.',
      ports: true,
      standing: true,
      options: bridgeOptions,
      check: ({ name, options: given }) => {
        checkBridgeOptions(name, given);
      },
      attach: (attachment) => attachedTo(attachment, host, firewall),
      publish: (attachment) => ({ kind: 'cni-port', args: { ...portArgs(attachment, host) } }),
      define: async (wanted) => defineBridge(wanted, host, await readHostNetwork()),
      create: ({ options: given }) => preparation.ensure(bridgeNetwork(host, given)),
      remove: ({ options: given }) =>
        turns.remove(() => removeBridgeNetwork(bridgeNetwork(host, given), preparation)),
    });
    effect(linkEffect());
    for (const kind of ['macvlan', 'ipvlan'] as const) networkDriver(linkDriver(kind, host));
    networkDriver({ name: 'host', doc: 'The network of the host.', namespace: 'host' });
    networkDriver({ name: 'none', doc: 'Loopback alone.' });
    surface({
      name: 'network-cni',
      // What protects the host's loopback is set before anyone can publish a port.
      first: true,
      // Containers that are being attached have leases that no list shows yet.
      reload: 'keep',
      // A conflict is logged when the daemon starts; everything that needs no bridge still works.
      async start({ containers }) {
        await settleAllLeases(bridgeNetwork(host).ipamDir, containers.list({ all: true }));
        await turns
          .look(() => prepareEarly(host, preparation, localnet))
          .catch((error: unknown) => {
            log.error(`network mode bridge is not available: ${messageOf(error)}`, { error });
          });
      },
      stop: () => Promise.resolve(),
    });
  },
});

/** For messages: undefined for those of other engines, and before the containers are read. */
function nameOf(containers: Containers, id: string): string | undefined {
  try {
    return containers.inspect(id).name;
  } catch {
    return undefined;
  }
}

/** Of containers that run. */
function proxiedPorts(containers: Containers): HeldPort[] {
  return containers
    .list()
    .flatMap((record) =>
      networkAttachments(record).flatMap(({ ports }) =>
        ports.flatMap(({ proxied, protocol, hostPort }) =>
          proxied === undefined ? [] : [{ container: record.id, protocol, hostPort, hostIp: proxied }],
        ),
      ),
    );
}

/**
 * Sets the rules of an existing bridge, so that the first container does not wait for them. Also protects the
 * loopback on bridges of earlier configurations: they may still have containers, and an earlier version may not have
 * set the rules.
 */
async function prepareEarly(
  host: HostFacts,
  preparation: BridgePreparation,
  localnet: LocalnetRouting,
): Promise<void> {
  const network = bridgeNetwork(host);
  const found = await readHostNetwork();
  await Promise.all(ownBridges(found.links, network.owner).map((name) => protectLoopback(name, localnet)));
  checkClashes(network, found);
  if (found.links.some(({ name }) => name === network.bridge)) await preparation.ensure(network);
}

function ownBridges(links: HostLink[], owner: string): string[] {
  return links.filter(({ alias }) => alias === ownerMark(owner)).map(({ name }) => name);
}

async function protectLoopback(bridge: string, localnet: LocalnetRouting): Promise<void> {
  await ensureLoopbackGuard(bridge);
  await localnet.settle(bridge);
}

type Attachment = DriverAttachment<BridgeOptions>;

function attachedTo(attachment: Attachment, host: HostFacts, firewall: boolean): NetworkEffects {
  const { options } = attachment.network;
  const bridge = bridgeNetwork(host, options);
  const isolation = options.icc === false ? 'containers' : isolationOf(attachment, host);
  const { keepsAddresses } = attachment;
  return {
    ...(keepsAddresses && {
      [address]: { kind: 'network-address', stage: 'create', args: { ...addressArgs(attachment, bridge) } },
    }),
    attach: {
      kind: 'cni',
      args: { ...argsFor(attachment, { bridge, host, firewall }) },
      ...(keepsAddresses && { needs: [address] }),
    },
    ...(isolation && {
      isolation: {
        kind: 'network-isolation',
        needs: ['attach'],
        args: { ...isolationArgs(attachment, bridge, isolation) },
      },
    }),
  };
}

function isolationOf({ container }: Attachment, { network }: HostFacts): Isolation | undefined {
  if (network.isolation === 'rich') return container.rich && findCommand('nft') ? 'addresses' : undefined;
  return network.isolation === 'none' ? undefined : network.isolation;
}

interface Place {
  bridge: BridgeNetwork;
  host: HostFacts;
  firewall: boolean;
}

function argsFor(attachment: Attachment, { bridge, host, firewall }: Place): CniEffectArgs {
  const { container, network, ip, ip6, netns, keepsAddresses = false, noDefaultRoute = false } = attachment;
  const published = bridge.apart?.internal ? [] : attachment.ports;
  const ports = published.map((port) => withAddress(port, { bridge, options: network.options }, host));
  const name = attachment.interface;
  const fixed = ip === undefined ? undefined : macOfAddress(ip);
  const mac = attachment.mac ?? (keepsAddresses ? ownMac(container.id, name) : fixed);
  return {
    container: container.id,
    name: container.name,
    ...(bridge.apart && { of: network.name }),
    netns,
    interface: name,
    binDirs: [...host.network.cniBinDirs],
    bridge,
    network: cniNetwork(bridge, {
      firewall,
      portmap: ports.length > 0,
      hairpin: host.network.hairpin,
      keepsAddress: keepsAddresses,
      noDefaultRoute,
      isFixed: ip !== undefined,
      ...(ip6 && { ip6 }),
    }),
    ports,
    ...(ip && { ip: checkFixedAddress(ip, bridge) }),
    ...(ip6 && { ip6: checkFixedAddress6(ip6, network.name, sixOf(bridge)) }),
    ...(mac && { mac }),
    ...(keepsAddresses && { lease: networkPartKey(name, address) }),
  };
}

function portArgs(
  {
    container,
    network,
    interface: name,
    netns,
    key,
    ports,
    isPublished,
  }: PublishedPortAttachment<BridgeOptions>,
  host: HostFacts,
): CniPortArgs {
  const bridge = bridgeNetwork(host, network.options);
  const place = { bridge, options: network.options };
  const { hostPort = 0, hostIp = '', ...port } = withAddress(ports[0]!, place, host);
  return {
    container: container.id,
    name: container.name,
    netns,
    interface: name,
    binDirs: [...host.network.cniBinDirs],
    bridge,
    attach: key,
    port: { ...port, hostIp, hostPort },
    isPublished,
  };
}

function addressArgs(
  { container, ip, ip6 }: { container: { id: string }; ip?: string; ip6?: string },
  bridge: BridgeNetwork,
): KeptAddressArgs {
  const { subnet, gateway, ipRange, reserved, ipv6 } = bridge;
  const directory = leasesOf(bridge, { name: bridge.bridge });
  return {
    container: container.id,
    directory,
    subnet,
    ...(ip && { ip }),
    ...(gateway !== undefined && { gateway }),
    ...(ipRange !== undefined && { ipRange }),
    ...(reserved && { reserved }),
    ...(ipv6 && { ipv6: { ...ipv6, ...(ip6 && { ip: ip6 }) } }),
  };
}

function isolationArgs(
  { container, key }: { container: { id: string }; key: string },
  { bridge }: { bridge: string },
  isolation: Isolation,
): IsolationEffectArgs {
  return { container: container.id, bridge, isolation, attachment: key };
}

/** portmap finds its rules by the container's id, but requires a port. */
function assumedArgs(id: string, netns: string, host: HostFacts, firewall: boolean): CniEffectArgs {
  const bridge = bridgeNetwork(host);
  return {
    container: id,
    name: id,
    netns,
    interface: 'eth0',
    binDirs: [...host.network.cniBinDirs],
    bridge,
    network: cniNetwork(bridge, { firewall, portmap: true, hairpin: host.network.hairpin }),
    ports: [{ containerPort: 1, protocol: 'tcp' }],
  };
}

/** A port without an address is published on all of the host. */
function withAddress(
  port: PortRequest,
  { bridge, options: { publishAddress } }: { bridge: BridgeNetwork; options: BridgeOptions },
  host: HostFacts,
): PortRequest {
  const standard = publishAddress ?? host.network.publishAddress;
  const hostIp = port.hostIp || (standard === '0.0.0.0' ? '' : standard);
  checkProxied({ ...port, hostIp }, bridge.ipv6 !== undefined);
  return { ...port, hostIp };
}

function sixOf({ ipv6, reserved }: BridgeNetwork): FixedIn | undefined {
  return ipv6 && { ...ipv6, reserved };
}
