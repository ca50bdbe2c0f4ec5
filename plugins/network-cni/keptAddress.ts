/** The address that a rich container keeps while it exists: leased at its create, and free again at its removal. */
import { join } from 'node:path';
import type { EffectKind } from '../../hooks/index.ts';
import type { CniNetwork } from './cni/types.ts';
import { checkUnleased, freeAddresses, holdAddress } from './leases.ts';
import type { BridgeNetwork } from './network.ts';

/** Arguments of the effect `network-address`. */
export interface KeptAddressArgs {
  container: string;
  directory: string;
  subnet: string;
  /** The one that its request names. */
  ip?: string;
}

/** Its result. */
export interface KeptAddress {
  ip: string;
}

export function keptAddressEffect(): EffectKind<KeptAddressArgs, KeptAddress> {
  return {
    kind: 'network-address',
    describe: ({ ip, subnet }) => `lease ${ip ?? `an address of ${subnet}`} while the container exists`,
    async check({ ip, directory, container }) {
      if (ip) await checkUnleased(directory, ip, container);
    },
    async apply({ directory, subnet, container, ip }) {
      if (ip) await checkUnleased(directory, ip, container);
      return { ip: await holdAddress(directory, subnet, { container, ip }) };
    },
    undo: ({ directory, container }) => freeAddresses(directory, container),
  };
}

/** Directory of a network's leases, which host-local shares. */
export function leasesOf(bridge: BridgeNetwork, network: Pick<CniNetwork, 'name'>): string {
  return join(bridge.ipamDir, network.name);
}

/** Locally administered (the second bit of the first byte); ids are random. */
export function ownMac(container: string): string {
  return ['02', ...container.slice(0, 10).match(/../g)!].join(':');
}
