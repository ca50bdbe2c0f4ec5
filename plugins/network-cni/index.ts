import { join } from 'node:path';
import {
  definePlugin,
  messageOf,
  Type,
  type ContainerDraft,
  type HostFacts,
  type PortRequest,
} from '../../hooks/index.ts';
import { checkClashes, ownerMark } from './bridge/clash.ts';
import { readHostNetwork, type HostLink } from './bridge/host.ts';
import { LocalnetRouting } from './bridge/LocalnetRouting.ts';
import { BridgePreparation } from './bridge/BridgePreparation.ts';
import { ensureLoopbackGuard } from './bridge/rules.ts';
import { cniEffect, type CniEffectArgs } from './effect.ts';
import { checkFixedAddress } from './fixedAddress.ts';
import { isolationEffect, type IsolationEffectArgs } from './isolation/effect.ts';
import type { Isolation } from './isolation/tables.ts';
import { settleLeases } from './leases.ts';
import { bridgeNetwork, cniNetwork } from './network.ts';
import { PortClaims } from './ports/PortClaims.ts';

const options = Type.Object({
  firewall: Type.Boolean({
    default: false,
    description:
      'Runs CNI’s firewall plugin for each container too: for hosts whose administrators keep rules in CNI-ADMIN. Without it one rule per subnet lets traffic pass.',
  }),
});

/** Network mode `bridge`: attaches containers to the daemon's bridge by CNI plugins (bridge, host-local, portmap, firewall). */
export default definePlugin({
  name: 'network-cni',
  version: '0.1.0',
  doc: 'Network mode bridge, by the CNI plugins bridge, host-local, portmap and firewall.',
  options,
  setup({ hooks, options: { firewall }, host, log, effect, surface }) {
    const preparation = new BridgePreparation(log);
    const localnet = new LocalnetRouting();
    effect({
      ...cniEffect(preparation, new PortClaims(), localnet),
      assume: ({ id, netns }) => assumedArgs(id, netns, host, firewall),
    });
    effect({
      ...isolationEffect(),
      assume: ({ id }) => isolationArgs(id, host.network.bridge, 'addresses'),
    });
    hooks.container.spec.tap((draft) => {
      if (draft.network.mode !== 'bridge') return;
      draft.effects['network.eth0'] = {
        kind: 'cni',
        stage: 'start',
        needs: ['netns'],
        args: { ...argsFor(draft, host, firewall) },
      };
      const { isolation, bridge } = host.network;
      if (isolation === 'none') return;
      draft.effects['isolation.eth0'] = {
        kind: 'network-isolation',
        stage: 'start',
        needs: ['network.eth0'],
        args: { ...isolationArgs(draft.id, bridge, isolation) },
      };
    });
    surface({
      name: 'network-cni',
      // A clash is told when the daemon starts; what needs no bridge works all the same.
      async start({ containers }) {
        const { ipamDir, bridge } = bridgeNetwork(host);
        await settleLeases(join(ipamDir, bridge), containers.list({ all: true }));
        await prepareEarly(host, preparation, localnet).catch((error: unknown) => {
          log.error(`network mode bridge will not work: ${messageOf(error)}`, { error });
        });
      },
      stop: () => Promise.resolve(),
    });
  },
});

/**
 * With a bridge of ours there already, the first container need not wait for its rules either. A bridge of an earlier
 * configuration may still have containers, and an earlier version may have left it without its guard.
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

function argsFor(draft: ContainerDraft, host: HostFacts, firewall: boolean): CniEffectArgs {
  const ports = Object.values(draft.network.ports).map((port) => withAddress(port, host));
  const bridge = bridgeNetwork(host);
  const { ip, mac } = draft.network.request;
  return {
    container: draft.id,
    name: draft.name,
    netns: draft.namespaces.network ?? '',
    interface: 'eth0',
    binDirs: [...host.network.cniBinDirs],
    bridge,
    network: cniNetwork(bridge, { firewall, portmap: ports.length > 0, hairpin: host.network.hairpin }),
    ports,
    ...(ip && { ip: checkFixedAddress(ip, bridge.subnet) }),
    ...(mac && { mac }),
  };
}

function isolationArgs(container: string, bridge: string, isolation: Isolation): IsolationEffectArgs {
  return { container, bridge, isolation, attachment: 'network.eth0' };
}

/** portmap finds its rules by the container's id, but wants a port. */
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
