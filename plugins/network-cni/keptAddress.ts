/** The addresses that a rich container keeps while it exists: leased at its create, and free again at its removal. */
import { join } from 'node:path';
import type { EffectKind } from '../../hooks/index.ts';
import type { CniNetwork } from './cni/types.ts';
import { checkUnleased, freeAddresses, holdAddress } from './leases.ts';
import type { BridgeNetwork, Subnet6 } from './network.ts';

/** Arguments of the effect `network-address`. */
export interface KeptAddressArgs {
  container: string;
  directory: string;
  subnet: string;
  /** The one that its request names. */
  ip?: string;
  gateway?: string;
  ipRange?: string;
  reserved?: string[];
  /** The IPv6 subnet, and the address of it that its request names. */
  ipv6?: Subnet6 & { ip?: string };
}

/** Its result. */
export interface KeptAddress {
  ip: string;
  ip6?: string;
}

export function keptAddressEffect(): EffectKind<KeptAddressArgs, KeptAddress> {
  return {
    kind: 'network-address',
    describe: ({ ip, subnet }) => `lease ${ip ?? `an address of ${subnet}`} while the container exists`,
    check: checkAsked,
    async apply(args) {
      await checkAsked(args);
      const { directory, subnet, container, ip, gateway, ipRange, reserved, ipv6 } = args;
      const held = await holdAddress(directory, subnet, { container, ip, gateway, ipRange, reserved });
      if (!ipv6) return { ip: held };
      return { ip: held, ip6: await holdAddress(directory, ipv6.subnet, { ...ipv6, container, reserved }) };
    },
    undo: ({ directory, container }) => freeAddresses(directory, container),
  };
}

async function checkAsked({ ip, ipv6, directory, container }: KeptAddressArgs): Promise<void> {
  for (const one of [ip, ipv6?.ip]) if (one) await checkUnleased(directory, one, container);
}

/** Directory of a network's leases, which host-local shares. */
export function leasesOf(bridge: Pick<BridgeNetwork, 'ipamDir'>, network: Pick<CniNetwork, 'name'>): string {
  return join(bridge.ipamDir, network.name);
}

/** Locally administered (the second bit of the first byte); ids are random. */
export function ownMac(container: string, interfaceName: string): string {
  // Each interface has another part of the id.
  const at = interfaceName === 'eth0' ? 0 : 2 * (Number(interfaceName.replace('eth', '')) % 24);
  return ['02', ...container.slice(at, at + 10).match(/../g)!].join(':');
}

/** As dockerd makes it: others on the network keep the address in their ARP caches over a restart of the container. */
export function macOfAddress(ip: string): string {
  const bytes = ip.split('.').map((byte) => Number(byte).toString(16).padStart(2, '0'));
  return ['02', '42', ...bytes].join(':');
}
