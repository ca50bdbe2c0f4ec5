import type { Logger } from '../../../hooks/defineHook.ts';
import type { ContainerRecord } from '../../../hooks/engine.ts';
import { messageOf } from '../../../hooks/errors.ts';
import type { TimelineOperation } from '../../../hooks/timeline.ts';
import type { Operations, TracedOperation } from '../../plugins/index.ts';
import type { Secrets } from '../../secrets/Secrets.ts';
import type { ContainerStore } from '../../state/ContainerStore.ts';
import { appendTimeline, readTimeline } from '../../state/timelineFiles.ts';
import { timelineOf } from './timelineOf.ts';

interface TimelineOptions {
  readonly store: Pick<ContainerStore, 'has' | 'directoryOf'>;
  readonly secrets: Pick<Secrets, 'data'>;
  readonly log: Logger;
}

/** Keeps what taps did to each container, in a file beside its plan. No operation waits for it. */
export class Timeline {
  readonly #options: TimelineOptions;
  /** Ends when all that was added so far is written. */
  #written: Promise<unknown> = Promise.resolve();

  constructor(options: TimelineOptions) {
    this.#options = options;
  }

  add(operation: TracedOperation): void {
    const { container } = operation;
    if (container !== undefined) this.#written = this.#written.then(() => this.#write(container, operation));
  }

  /** The operations of a container so far, and those that run, in the order of their begin; without secrets. */
  async of({ id, paths }: ContainerRecord, operations: Operations): Promise<TimelineOperation[]> {
    const running = operations.running(id).map(timelineOf);
    await this.#written;
    const all = [...joined(await readTimeline(paths.directory)), ...running];
    return this.#options.secrets.data(all.sort((a, b) => (a.at < b.at ? -1 : 1)));
  }

  /** Of a container that is gone, or was never made, nothing is kept. */
  async #write(id: string, operation: TracedOperation): Promise<void> {
    const { store, secrets, log } = this.#options;
    if (!store.has(id)) return;
    try {
      await appendTimeline(store.directoryOf(id), secrets.data(timelineOf(operation)));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT')
        log.warn('the timeline of a container is incomplete', { container: id, error: messageOf(error) });
    }
  }
}

/** Observers that ended after their operation are stored behind it. */
function joined(operations: readonly TimelineOperation[]): TimelineOperation[] {
  const byBegin = new Map<string, TimelineOperation>();
  for (const operation of operations) {
    const key = `${operation.at} ${operation.verb}`;
    const { taps = [] } = byBegin.get(key) ?? {};
    byBegin.set(key, { ...operation, taps: [...taps, ...operation.taps] });
  }
  return [...byBegin.values()];
}
