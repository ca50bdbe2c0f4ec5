import { join } from 'node:path';
import {
  Containers,
  definePlugin,
  messageOf,
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
import { ensureLoopbackGuard } from './bridge/rules.ts';
import { findCommand } from './command.ts';
import { cniEffect, type CniEffectArgs } from './effect.ts';
import { checkFixedAddress } from './fixedAddress.ts';
import { isolationEffect, type IsolationEffectArgs } from './isolation/effect.ts';
import type { Isolation } from './isolation/tables.ts';
import { keptAddressEffect, leasesOf, ownMac, type KeptAddressArgs } from './keptAddress.ts';
import { settleLeases } from './leases.ts';
import { bridgeNetwork, cniNetwork } from './network.ts';
import { type CniPortArgs, cniPortEffect } from './ports/effect.ts';
import { PortClaims } from './ports/PortClaims.ts';

const options = Type.Object({
  firewall: Type.Boolean({
    default: false,
    description:
      'Also runs CNI’s firewall plugin for each container: for hosts with rules in the chain CNI-ADMIN. Otherwise one rule per subnet accepts traffic.',
  }),
});

/** Key of the effect that attaches a container's interface. */
const attachment = networkEffectKey('eth0');

/** Name and key of the effect that leases the address of a container that keeps it. */
const address = 'address';
const addressKey = networkPartKey('eth0', address);

/**
 * The networks `bridge`, `host` and `none`. Containers are attached to the daemon's bridge by CNI plugins (bridge,
 * host-local, portmap, firewall).
 */
export default definePlugin({
  name: 'network-cni',
  version: '0.1.0',
  doc: 'Network drivers host, none, and bridge with the CNI plugins bridge, host-local, portmap and firewall.',
  options,
  inject: { containers: Containers },
  setup({ networkDriver, options: { firewall }, host, log, effect, surface, services: { containers } }) {
    const preparation = new BridgePreparation(log);
    const localnet = new LocalnetRouting();
    const claims = new PortClaims({ nameOf: (id) => nameOf(containers, id) });
    effect(cniPortEffect(preparation, claims, localnet));
    effect({
      ...cniEffect(preparation, claims, localnet),
      assume: ({ id, netns }) => assumedArgs(id, netns, host, firewall),
    });
    effect({
      ...isolationEffect(),
      assume: ({ id }) => isolationArgs(id, host.network.bridge, 'addresses'),
    });
    effect({ ...keptAddressEffect(), assume: ({ id }) => addressArgs({ container: { id } }, host) });
    networkDriver({
      name: 'bridge',
      doc: 'The bridge of the daemon, with addresses of its subnet.',
      ports: true,
      attach: (attachment) => attachedTo(attachment, host, firewall),
      publish: (attachment) => ({ kind: 'cni-port', args: { ...portArgs(attachment, host) } }),
    });
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
        const { ipamDir, bridge } = bridgeNetwork(host);
        await settleLeases(join(ipamDir, bridge), containers.list({ all: true }));
        await prepareEarly(host, preparation, localnet).catch((error: unknown) => {
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

function attachedTo(attachment: DriverAttachment, host: HostFacts, firewall: boolean): NetworkEffects {
  const { bridge } = host.network;
  const isolation = isolationOf(attachment, host);
  const { keepsAddresses } = attachment;
  return {
    ...(keepsAddresses && {
      [address]: { kind: 'network-address', stage: 'create', args: { ...addressArgs(attachment, host) } },
    }),
    attach: {
      kind: 'cni',
      args: { ...argsFor(attachment, host, firewall) },
      ...(keepsAddresses && { needs: [address] }),
    },
    ...(isolation && {
      isolation: {
        kind: 'network-isolation',
        needs: ['attach'],
        args: { ...isolationArgs(attachment.container.id, bridge, isolation) },
      },
    }),
  };
}

function isolationOf({ container }: DriverAttachment, { network }: HostFacts): Isolation | undefined {
  if (network.isolation === 'rich') return container.rich && findCommand('nft') ? 'addresses' : undefined;
  return network.isolation === 'none' ? undefined : network.isolation;
}

function argsFor(attachment: DriverAttachment, host: HostFacts, firewall: boolean): CniEffectArgs {
  const ports = attachment.ports.map((port) => withAddress(port, host));
  const bridge = bridgeNetwork(host);
  const { container, ip, netns, keepsAddresses = false } = attachment;
  const mac = attachment.mac ?? (keepsAddresses ? ownMac(container.id) : undefined);
  return {
    container: container.id,
    name: container.name,
    netns,
    interface: attachment.interface,
    binDirs: [...host.network.cniBinDirs],
    bridge,
    network: cniNetwork(bridge, {
      firewall,
      portmap: ports.length > 0,
      hairpin: host.network.hairpin,
      keepsAddress: keepsAddresses,
    }),
    ports,
    ...(ip && { ip: checkFixedAddress(ip, bridge.subnet) }),
    ...(mac && { mac }),
    ...(keepsAddresses && { lease: addressKey }),
  };
}

function portArgs(
  { container, interface: name, netns, key, ports, isPublished }: PublishedPortAttachment,
  host: HostFacts,
): CniPortArgs {
  const { hostPort = 0, hostIp = '', ...port } = withAddress(ports[0]!, host);
  return {
    container: container.id,
    name: container.name,
    netns,
    interface: name,
    binDirs: [...host.network.cniBinDirs],
    bridge: bridgeNetwork(host),
    attach: key,
    port: { ...port, hostIp, hostPort },
    isPublished,
  };
}

function addressArgs(
  { container, ip }: { container: { id: string }; ip?: string },
  host: HostFacts,
): KeptAddressArgs {
  const bridge = bridgeNetwork(host);
  const { subnet } = bridge;
  const directory = leasesOf(bridge, { name: bridge.bridge });
  return { container: container.id, directory, subnet, ...(ip && { ip }) };
}

function isolationArgs(container: string, bridge: string, isolation: Isolation): IsolationEffectArgs {
  return { container, bridge, isolation, attachment };
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

function withAddress(port: PortRequest, host: HostFacts): PortRequest {
  return { ...port, hostIp: port.hostIp || host.network.publishAddress };
}
