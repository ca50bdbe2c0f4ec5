import type { NetworkAddresses } from '../contributions/networkDriver.ts';
import { token } from '../token.ts';
import type { PruneFilter } from './prune.ts';

/** A network that containers can join. */
export interface Network {
  /** 64 hexadecimal digits. */
  id: string;
  name: string;
  driver: string;
  /** RFC 3339; empty for a predefined one. */
  createdAt: string;
  /** Containers on it reach nothing outside it. */
  internal: boolean;
  /** As its client asked for; it has no meaning without Swarm. */
  attachable: boolean;
  enableIPv6: boolean;
  /** Of its driver, as its client wrote them. */
  options: Record<string, string>;
  labels: Record<string, string>;
  /** The driver of its addresses, its options, and the addresses. */
  ipam: { driver: string; options: Record<string, string>; addresses: NetworkAddresses[] };
  /** One of pouchd.yaml, or a driver that is a network by itself. It cannot be removed. */
  predefined: boolean;
  /** Its create or removal was cut off or has failed: it cannot be used. */
  unfinished?: 'create' | 'remove';
}

/** A network that is to be created. */
export interface NewNetwork {
  name: string;
  /** Missing: `bridge`. */
  driver?: string;
  internal?: boolean;
  attachable?: boolean;
  enableIPv6?: boolean;
  options?: Record<string, string>;
  labels?: Record<string, string>;
  ipam?: { driver?: string; options?: Record<string, string>; addresses?: NetworkAddresses[] };
}

/** What a container gets in a network that it is connected to. */
export interface NewEndpoint {
  ip?: string;
  ip6?: string;
  mac?: string;
  aliases?: string[];
  links?: string[];
  driverOpts?: Record<string, string>;
}

/** The engine's networks. `ref` is a network's name, id or unambiguous id prefix. */
export interface Networks {
  /** @throws PCH_CONFLICT if a network has the name, PCH_NETWORK_OVERLAP, PCH_NETWORK_DRIVER_UNKNOWN */
  create(network: NewNetwork): Promise<Network>;
  /** All networks: predefined ones first. */
  list(): Network[];
  /** A network. @throws PCH_NETWORK_NOT_FOUND, PCH_CONFLICT for an ambiguous prefix */
  inspect(ref: string): Network;
  /** Removes a network. @throws PCH_NETWORK_IN_USE, PCH_NETWORK_PREDEFINED */
  remove(ref: string): Promise<void>;
  /** Removes the created networks that no container uses; returns their names. */
  prune(filter?: PruneFilter): Promise<string[]>;
  /**
   * Connects a container to a network: at once while it runs, and at each start.
   * @throws PCH_NETWORK_CONNECTED, PCH_NETWORK_NOT_FOUND, PCH_CONTAINER_NOT_FOUND
   */
  connect(ref: string, container: string, endpoint?: NewEndpoint): Promise<void>;
  /**
   * Takes a container out of a network, which may be gone. `force` also succeeds where it is not on the network, or
   * does not exist. @throws PCH_NETWORK_NOT_CONNECTED, PCH_CONTAINER_NOT_FOUND
   */
  disconnect(ref: string, container: string, options?: { force?: boolean }): Promise<void>;
}

/** Token of the engine's networks, for `inject`. */
export const Networks = token<Networks>('networks');
