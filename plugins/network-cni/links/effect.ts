import {
  type EffectContext,
  type EffectKind,
  hasInterface,
  type NetworkAttachment,
} from '../../../hooks/index.ts';
import { toAttachment } from '../cni/attachment.ts';
import { addNetwork, deleteNetwork } from '../cni/chain.ts';
import { moveDefaultRoute } from '../cni/defaultRoute.ts';
import { endCutOff } from '../cni/endCutOff.ts';
import { findPlugin } from '../cni/execute.ts';
import { isNamespace } from '../cni/isNamespace.ts';
import { prepareIPv6 } from '../cni/prepareIPv6.ts';
import type { CniAttachment, CniNetwork, CniResult } from '../cni/types.ts';
import type { KeptAddress } from '../keptAddress.ts';
import { checkUnleased, freeAddresses, holdAddress, resultFromLease } from '../leases.ts';
import { linkLeases, type LinkNetwork, subnetFor, subnetsOf, withLinkAddresses } from './network.ts';
import { checkParent, ensureParent } from './parent.ts';

/** Arguments of the effect `cni-link`. The journal stores them: an undo needs no configuration. */
export interface LinkEffectArgs {
  container: string;
  /** The network's name. */
  of: string;
  netns: string;
  interface: string;
  binDirs: string[];
  link: LinkNetwork;
  network: CniNetwork;
  /** Fixed addresses. */
  ip?: string;
  ip6?: string;
  mac?: string;
  /** Key of the effect that leases the addresses; missing if host-local does. */
  lease?: string;
}

/** The effect kind `cni-link`: gives a container an interface on one of the host. */
export function linkEffect(): EffectKind<LinkEffectArgs, NetworkAttachment> {
  return {
    kind: 'cni-link',
    describe: ({ interface: name, link: { kind, parent } }) => `attach ${name} by ${kind} to ${parent}`,

    async check(args) {
      checkParent(args.link);
      await Promise.all([
        checkAddresses(args),
        ...programsOf(args).map((type) => findPlugin(type, args.binDirs)),
      ]);
    },

    async apply(args, { signal, resultOf }) {
      const { link, of, interface: name, netns } = args;
      await Promise.all([
        ensureParent(link),
        checkAddresses(args),
        ...(subnetsOf(link, 6).length > 0 ? [prepareIPv6(netns, signal)] : []),
      ]);
      const network = await networkOf(args, resultOf);
      const result = await addNetwork(network, attachmentOf(args, netns), signal);
      return toAttachment({ network: of, interface: name, isRouted: !link.internal }, result, []);
    },

    async undo(args, applied, { signal, resultOf }) {
      const { container, link, binDirs, network } = args;
      if (!applied) await endCutOff(container, binDirs, signal);
      const netns = (await isNamespace(args.netns)) ? args.netns : '';
      // The interface has gone with its parent, without which CNI's plugins fail.
      if (!hasInterface(link.parent)) {
        if (args.lease === undefined) await freeAddresses(linkLeases(link), container);
        if (netns !== '') await moveDefaultRoute(args, resultOf);
        return;
      }
      const cutOff = () => resultFromLease(link.ipamDir, link.name, container);
      const result = (applied?.cni as CniResult | undefined) ?? (await cutOff());
      await deleteNetwork(network, attachmentOf(args, netns), result, signal);
      if (netns !== '' && (applied?.gateway ?? applied?.gateway6)) await moveDefaultRoute(args, resultOf);
    },
  };
}

/** Addresses of its own are leased again: the leases may have been lost. */
async function networkOf(
  { lease, link, network, container, ip, ip6 }: LinkEffectArgs,
  resultOf: EffectContext['resultOf'],
): Promise<CniNetwork> {
  if (lease === undefined) return network;
  const known = resultOf(lease) as KeptAddress | undefined;
  const held: string[] = [];
  for (const [family, address] of [
    [4, known?.ip ?? ip],
    [6, known?.ip6 ?? ip6],
  ] as const) {
    const subnet = subnetFor(link, family, address);
    const limits = { ...subnet, reserved: link.reserved, container, ip: address };
    if (subnet) held.push(await holdAddress(linkLeases(link), subnet.subnet, limits));
  }
  return withLinkAddresses(network, link, held);
}

/** Executables that ADD runs. */
function programsOf({ link, lease }: LinkEffectArgs): string[] {
  return [link.kind, lease === undefined ? 'host-local' : 'static'];
}

async function checkAddresses({ ip, ip6, link, container }: LinkEffectArgs): Promise<void> {
  for (const one of [ip, ip6]) if (one) await checkUnleased(linkLeases(link), one, container);
}

function attachmentOf(
  { container, interface: name, binDirs, mac }: LinkEffectArgs,
  netns: string,
): CniAttachment {
  return { containerId: container, netns, interface: name, binDirs, runtimeConfig: {}, ...(mac && { mac }) };
}
