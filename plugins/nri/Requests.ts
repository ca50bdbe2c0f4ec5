/** What NRI plugins ask for other containers than that of an event: updates and evictions. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { type Containers, type Logger, messageOf } from '../../hooks/index.ts';
import type { ContainerEviction, ContainerUpdate, LinuxResources } from './gen/nri.ts';

export interface Request {
  readonly update: readonly ContainerUpdate[];
  readonly evict: readonly ContainerEviction[];
}

/** An update that an NRI plugin has asked for. The tap of container.preUpdate makes the change, so the blame is its. */
export interface OwnUpdate {
  readonly plugin: string;
  readonly resources: LinuxResources;
}

const ownUpdates = new AsyncLocalStorage<OwnUpdate>();

/** The update of an NRI plugin that runs now. NRI sends no events for those. */
export function ownUpdate(): OwnUpdate | undefined {
  return ownUpdates.getStore();
}

/** Runs a function outside of the operation that has caused it: it has locks and a deadline of its own. */
const apart = AsyncLocalStorage.snapshot();

export class Requests {
  readonly #containers: Pick<Containers, 'update' | 'stop'>;
  readonly #log: Logger;
  readonly #afterCreate = new Map<string, { plugin: string; request: Request }[]>();
  readonly #running = new Set<Promise<unknown>>();

  constructor(containers: Pick<Containers, 'update' | 'stop'>, log: Logger) {
    this.#containers = containers;
    this.#log = log;
  }

  /** Holds a request until the container exists: a create that fails changes no other container. */
  holdUntilCreated(container: string, plugin: string, request: Request): void {
    if (request.update.length + request.evict.length === 0) return;
    this.#afterCreate.set(container, [...(this.#afterCreate.get(container) ?? []), { plugin, request }]);
  }

  created(container: string): void {
    for (const { plugin, request } of this.#afterCreate.get(container) ?? []) this.start(plugin, request);
    this.#afterCreate.delete(container);
  }

  abandoned(container: string): void {
    this.#afterCreate.delete(container);
  }

  /** Carries a request out in the background: what asked for it may hold the lock that it waits for. */
  start(plugin: string, request: Request): void {
    const work = apart(() => this.carryOut(plugin, request));
    this.#running.add(work);
    void work.finally(() => this.#running.delete(work));
  }

  /** Returns the updates that failed; never throws. */
  async carryOut(plugin: string, { update, evict }: Request): Promise<ContainerUpdate[]> {
    const updated = update.map(async (one) => ({ one, done: await this.#update(plugin, one) }));
    await Promise.all(evict.map((one) => this.#evict(plugin, one)));
    return (await Promise.all(updated)).flatMap(({ one, done }) => (done || one.ignoreFailure ? [] : one));
  }

  async settled(): Promise<void> {
    await Promise.allSettled(this.#running);
  }

  async #update(plugin: string, { containerId, linux }: ContainerUpdate): Promise<boolean> {
    const resources = linux?.resources;
    if (!resources) return true;
    return await this.#attempt('update', { nri: plugin, container: containerId }, () =>
      ownUpdates.run({ plugin, resources }, () => this.#containers.update(containerId, {})),
    );
  }

  async #evict(plugin: string, { containerId, reason }: ContainerEviction): Promise<void> {
    const fields = { nri: plugin, container: containerId, reason };
    this.#log.warn('an NRI plugin evicts a container: it is stopped', fields);
    await this.#attempt('eviction', fields, () => this.#containers.stop(containerId));
  }

  async #attempt(
    what: string,
    fields: Record<string, unknown>,
    run: () => Promise<unknown>,
  ): Promise<boolean> {
    try {
      await run();
      return true;
    } catch (error) {
      this.#log.error(`the ${what} that an NRI plugin asked for failed`, {
        ...fields,
        error: messageOf(error),
      });
      return false;
    }
  }
}
