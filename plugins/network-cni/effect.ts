import type { EffectContext, EffectKind, NetworkAttachment, PortRequest } from '../../hooks/index.ts';
import { type KeptAddress, leasesOf } from './keptAddress.ts';
import type { LocalnetRouting } from './bridge/LocalnetRouting.ts';
import type { BridgePreparation } from './bridge/BridgePreparation.ts';
import { addNetwork, deleteNetwork } from './cni/chain.ts';
import { moveDefaultRoute } from './cni/defaultRoute.ts';
import { toAttachment } from './cni/attachment.ts';
import { findPlugin } from './cni/execute.ts';
import { endCutOff } from './cni/endCutOff.ts';
import { isNamespace } from './cni/isNamespace.ts';
import type { CniAttachment, CniNetwork, CniPortMapping, CniResult } from './cni/types.ts';
import { prepareIPv6 } from './cni/prepareIPv6.ts';
import { checkUnleased, holdAddress, resultFromLease } from './leases.ts';
import { type BridgeNetwork, withAddresses } from './network.ts';
import type { Claimant, PortClaims } from './ports/PortClaims.ts';

/** Arguments of attach and detach. The journal stores them, so an undo does not depend on the current configuration. */
export interface CniEffectArgs {
  container: string;
  name: string;
  /** The network's name. Missing: `bridge`. */
  of?: string;
  netns: string;
  interface: string;
  binDirs: string[];
  bridge: BridgeNetwork;
  network: CniNetwork;
  ports: PortRequest[];
  /** Fixed addresses. */
  ip?: string;
  ip6?: string;
  mac?: string;
  /** Key of the effect that leases the address; missing if host-local does. */
  lease?: string;
}

/** The effect kind `cni`: attaches an interface of a container to the daemon's bridge. */
export function cniEffect(
  preparation: BridgePreparation,
  claims: PortClaims,
  localnet: LocalnetRouting,
): EffectKind<CniEffectArgs, NetworkAttachment> {
  return {
    kind: 'cni',
    describe: (args) =>
      `attach ${args.interface} to the bridge ${args.bridge.bridge}${describePorts(args.ports)}`,

    async check(args) {
      await Promise.all([
        preparation.check(args.bridge),
        claims.check(claimantOf(args), args.ports),
        checkAddress(args),
        ...programsOf(args).map((type) => findPlugin(type, args.binDirs)),
      ]);
    },

    async apply(args, { signal, resultOf }) {
      const publishes = args.ports.length > 0;
      const [, ports] = await Promise.all([
        publishes ? preparation.ensureGuarded(args.bridge) : preparation.ensure(args.bridge),
        claims.claim(claimantOf(args), args.ports),
        checkAddress(args),
        ...(args.bridge.ipv6 ? [prepareIPv6(args.netns, signal)] : []),
      ]);
      localnet.hold(args.bridge.bridge, args.container, ports);
      const attachment = attachmentOf(args, args.netns, portMappings(ports));
      const network = await networkOf(args, resultOf);
      const result = await addNetwork(network, attachment, signal);
      if (publishes) await localnet.settle(args.bridge.bridge);
      const { of = 'bridge', interface: name, bridge } = args;
      const place = { network: of, interface: name, isRouted: !bridge.apart?.internal };
      return toAttachment(place, result, ports);
    },

    async undo(args, applied, { signal, resultOf }) {
      if (!applied) await endCutOff(args.container, args.binDirs, signal);
      const netns = (await isNamespace(args.netns)) ? args.netns : '';
      const ports = applied ? portMappings(applied.ports) : args.ports.map(anyMapping);
      const result = (applied?.cni as CniResult | undefined) ?? (await cutOffResult(args));
      await deleteNetwork(args.network, attachmentOf(args, netns, ports), result, signal);
      if (netns !== '' && (applied?.gateway ?? applied?.gateway6)) await moveDefaultRoute(args, resultOf);
      if (args.ports.length === 0) return;
      await localnet.release(args.bridge.bridge, args.container);
      claims.release(args.container);
    },
  };
}

/** An address of its own is leased again: the lease may have been lost. */
async function networkOf(
  { lease, bridge, network, container, ip, ip6 }: CniEffectArgs,
  resultOf: EffectContext['resultOf'],
): Promise<CniNetwork> {
  if (lease === undefined) return network;
  const known = resultOf(lease) as KeptAddress | undefined;
  const { subnet, gateway, ipRange, reserved, ipv6 } = bridge;
  const directory = leasesOf(bridge, network);
  const wanted = { container, ip: known?.ip ?? ip, gateway, ipRange, reserved };
  const held = await holdAddress(directory, subnet, wanted);
  const wanted6 = { ...ipv6, container, ip: known?.ip6 ?? ip6, reserved };
  const held6 = ipv6 && (await holdAddress(directory, ipv6.subnet, wanted6));
  return withAddresses(network, { ip: held, ip6: held6 }, bridge);
}

/** Executables that ADD runs, as far as they may be missing. */
function programsOf({ network, lease }: CniEffectArgs): string[] {
  return [...network.plugins.map(({ type }) => type), ...(lease === undefined ? [] : ['static'])];
}

async function checkAddress({ ip, ip6, bridge, network, container }: CniEffectArgs): Promise<void> {
  for (const one of [ip, ip6]) if (one) await checkUnleased(leasesOf(bridge, network), one, container);
}

/** Ports without an address are published on IPv6, too. */
function claimantOf({ container, name, bridge }: CniEffectArgs): Claimant {
  return { container, name, hasIPv6: bridge.ipv6 !== undefined };
}

function describePorts(ports: PortRequest[]): string {
  if (ports.length === 0) return '';
  const list = ports.map(({ hostIp, hostPort, containerPort, protocol }) =>
    [hostIp, hostPort || 'a free port', `${containerPort}/${protocol}`].filter(Boolean).join(':'),
  );
  return ` and forward ${list.join(', ')}`;
}

function attachmentOf(args: CniEffectArgs, netns: string, portMappings: CniPortMapping[]): CniAttachment {
  return {
    containerId: args.container,
    netns,
    interface: args.interface,
    binDirs: args.binDirs,
    runtimeConfig: portMappings.length > 0 ? { portMappings } : {},
    ...(args.ip && args.lease === undefined && { ip: args.ip }),
    ...(args.mac && { mac: args.mac }),
  };
}

/**
 * Published ports, as portmap takes them: the address gives the family, also where it is that of all. Where the proxy
 * listens on the same address, nothing is forwarded.
 */
export function portMappings(ports: NetworkAttachment['ports']): CniPortMapping[] {
  return ports
    .filter(({ hostIp, proxied }) => proxied !== hostIp)
    .map(({ hostPort, containerPort, protocol, hostIp }) => ({
      ...{ hostPort, containerPort, protocol },
      hostIP: hostIp,
    }));
}

/**
 * For the undo of an interrupted ADD: portmap's DEL finds its rules by the container's id, but requires a valid
 * mapping.
 */
function anyMapping({ containerPort, protocol, hostPort }: PortRequest): CniPortMapping {
  return { hostPort: hostPort || 1, containerPort, protocol };
}

function cutOffResult(args: CniEffectArgs): Promise<CniResult | undefined> {
  return resultFromLease(args.bridge.ipamDir, args.network.name, args.container);
}
