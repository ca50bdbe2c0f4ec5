/** What pouchd and the resolver say to each other: one JSON value per line, over STATE/dns/dns.sock. */
import { join } from 'node:path';

/** Another one: a resolver that is running is replaced. */
export const protocolVersion = 2;

/** Where the resolver listens in each container, as with Docker. */
export const resolverAddress = '127.0.0.11';

export function resolverSocket(directory: string): string {
  return join(directory, 'dns.sock');
}

/** A container on networks where names resolve. */
export interface NameEntry {
  container: string;
  /** File of the network namespace in which it asks. Missing: only others ask for it. */
  netns?: string;
  /** Resolvers for other names, in their order. Empty: nothing is asked outside. */
  servers: Forwarder[];
  endpoints: NamedEndpoint[];
  /** Names that only this container knows, with those that they stand for. */
  links: Record<string, string>;
}

export interface Forwarder {
  address: string;
  /** It is asked from the network of the host, as it listens on the host's loopback. */
  fromHost?: boolean;
}

/** A container's place in one network. */
export interface NamedEndpoint {
  /** Id of the network. */
  network: string;
  networkName: string;
  ip: string;
  /** Of the container in this network, the first for reverse lookups. */
  names: string[];
}

export type ResolverRequest =
  | { op: 'hello' }
  /** Replaces what is known of a container. The reply comes when its resolver listens. */
  | { op: 'set'; entry: NameEntry }
  | { op: 'drop'; container: string }
  /** Drops all other containers. */
  | { op: 'only'; containers: string[] };

export type Envelope = ResolverRequest & { id: number };

export type ResolverReply = { id: number; ok: true } | { id: number; ok: false; error: string };
