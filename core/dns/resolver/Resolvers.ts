import { messageOf } from '../../../hooks/errors.ts';
import { openFilesLimit } from '../../host/openFiles.ts';
import type { NameEntry } from '../protocol.ts';
import { ContainerResolver } from './ContainerResolver.ts';
import { forward } from './forward.ts';
import {
  addressOfReverse,
  failure,
  type Found,
  mayRespond,
  parseQuery,
  type Query,
  rcodes,
  response,
} from './message.ts';
import { NameTable } from './NameTable.ts';
import { isIPv6 } from 'node:net';

/** Queries of one container that wait for resolvers outside. */
const maxForwarded = 100;
/** The same of all containers: half of the descriptors stay free for their own sockets. */
const maxForwardedOfAll = Math.min(4000, openFilesLimit() / 2);

/** The resolvers of all containers. */
export class Resolvers {
  readonly #names = new NameTable();
  readonly #open = new Map<string, ContainerResolver>();
  /** Entries with a namespace in which nothing listens. */
  readonly #failed = new Set<string>();
  readonly #forwarded = new Map<string, number>();
  readonly #known = new Set<string>();

  get containers(): readonly string[] {
    return [...this.#known];
  }

  /** Resolves when it listens for the container. The names are known also if that fails. */
  async set(entry: NameEntry): Promise<void> {
    const { container, netns } = entry;
    this.#known.add(container);
    this.#names.set(entry);
    const before = this.#open.get(container);
    if (before && before.netns === netns && before.isCurrent) return;
    this.#close(container);
    if (netns === undefined) return;
    this.#failed.add(container);
    const resolver = await ContainerResolver.open(netns, (message, transport) =>
      this.#respond(container, message, transport),
    );
    // Dropped or replaced meanwhile.
    if (this.#names.get(container) !== entry) return resolver.close();
    this.#failed.delete(container);
    this.#open.set(container, resolver);
  }

  drop(container: string): void {
    this.#known.delete(container);
    this.#names.drop(container);
    this.#close(container);
  }

  only(containers: readonly string[]): void {
    const kept = new Set(containers);
    for (const container of this.containers) if (!kept.has(container)) this.drop(container);
  }

  /** Closes sockets that hold a namespace that is gone, and tries again what has failed. */
  async check(): Promise<void> {
    for (const [container, resolver] of this.#open) if (!resolver.isCurrent) this.#close(container);
    for (const container of [...this.#failed]) {
      const entry = this.#names.get(container);
      if (entry) await this.set(entry).catch(() => undefined);
    }
  }

  #close(container: string): void {
    this.#open.get(container)?.close();
    this.#open.delete(container);
    this.#failed.delete(container);
  }

  /** Never rejects: what one container sends must not end the process of all. */
  async #respond(container: string, message: Buffer, transport: 'udp' | 'tcp'): Promise<Buffer | undefined> {
    if (!mayRespond(message)) return undefined;
    try {
      const query = parseQuery(message);
      if (typeof query === 'number') return failure(message, query);
      const found = this.#lookUp(container, query);
      if (found) return response(message, query, found, transport === 'udp' ? query.udpBytes : 0xffff);
      return await this.#forward(container, message, { query, transport });
    } catch (error) {
      console.error(`a query of container ${container} failed: ${messageOf(error)}`);
      return failure(message, rcodes.SERVFAIL);
    }
  }

  /** Undefined: others may know it. */
  #lookUp(container: string, { name, type }: Query): Found | undefined {
    if (type === 'OTHER' || name === '') return undefined;
    const reverse = type === 'PTR' ? addressOfReverse(name) : undefined;
    if (reverse !== undefined) {
      const found = this.#names.nameOf(container, reverse);
      return found === undefined ? undefined : { type: 'PTR', data: [found] };
    }
    const addresses = this.#names.addressesOf(container, name);
    if (!addresses) return undefined;
    const isWanted = (address: string) => type === (isIPv6(address) ? 'AAAA' : 'A');
    return { type: type === 'AAAA' ? 'AAAA' : 'A', data: addresses.filter(isWanted) };
  }

  async #forward(
    container: string,
    message: Buffer,
    { query, transport }: { query: Query; transport: 'udp' | 'tcp' },
  ): Promise<Buffer> {
    const { netns, servers = [] } = this.#names.get(container) ?? {};
    const failed = failure(message, rcodes.SERVFAIL, query.question);
    const now = this.#forwarded.get(container) ?? 0;
    const all = [...this.#forwarded.values()].reduce((sum, count) => sum + count, 0);
    if (netns === undefined || servers.length === 0) return failed;
    if (now >= maxForwarded || all >= maxForwardedOfAll) return failed;
    this.#forwarded.set(container, now + 1);
    try {
      const { question } = query;
      return (await forward({ message, question, servers, netns, transport })) ?? failed;
    } finally {
      const left = (this.#forwarded.get(container) ?? 1) - 1;
      if (left > 0) this.#forwarded.set(container, left);
      else this.#forwarded.delete(container);
    }
  }
}
