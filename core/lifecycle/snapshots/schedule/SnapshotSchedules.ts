import type { ContainerRecord } from '../../../../hooks/engine.ts';
import type { Logger } from '../../../../hooks/defineHook.ts';
import { messageOf } from '../../../../hooks/errors.ts';
import type { Clock } from '../../../../hooks/services.ts';
import { isOfWrongClock, nextRun } from './times.ts';

/** Milliseconds between two looks at the clock, which may be set meanwhile. */
const longestMs = 60_000;

export interface SchedulesOptions {
  clock: Pick<Clock, 'now'>;
  log: Logger;
  records(): readonly ContainerRecord[];
  /** Whether a verb has the container: a run is not to wait behind it. */
  isBusy(id: string): boolean;
  /** Does what is due. */
  run(record: ContainerRecord): Promise<void>;
  /** Calls back once, after some milliseconds; returns what cancels it. */
  after?(ms: number, then: () => void): () => void;
}

/**
 * Runs scheduled snapshots, one after another. What is due is read from the records each time, so that a daemon that
 * was away, or a clock that was set, needs nothing else.
 */
export class SnapshotSchedules {
  readonly #options: SchedulesOptions;
  #cancel: () => void = () => undefined;
  #state: 'stopped' | 'waiting' | 'running' = 'stopped';

  constructor(options: SchedulesOptions) {
    this.#options = options;
  }

  start(): void {
    if (this.#state !== 'stopped') return;
    this.#state = 'waiting';
    this.wake();
  }

  /** Does not wait for a run that is under way. */
  stop(): void {
    this.#cancel();
    this.#state = 'stopped';
  }

  /** A schedule has changed. */
  wake(): void {
    if (this.#state !== 'waiting') return;
    this.#cancel();
    const { after = afterTimeout } = this.#options;
    this.#cancel = after(this.#waitMs(), () => void this.#look());
  }

  async #look(): Promise<void> {
    this.#state = 'running';
    const { log, isBusy, run } = this.#options;
    for (const record of this.#due()) {
      if (!this.#isRunning()) return;
      if (isBusy(record.id)) continue;
      await run(record).catch((error: unknown) => {
        log.error('a scheduled snapshot failed', { container: record.id, error: messageOf(error) });
      });
    }
    if (!this.#isRunning()) return;
    this.#state = 'waiting';
    this.wake();
  }

  #isRunning(): boolean {
    return this.#state === 'running';
  }

  #due(): ContainerRecord[] {
    const now = this.#options.clock.now();
    return this.#options.records().filter((record) => msUntil(record, now) === 0);
  }

  /** One that is due and busy is looked at again soon. */
  #waitMs(): number {
    const now = this.#options.clock.now();
    const waits = this.#options.records().flatMap((record) => msUntil(record, now) ?? []);
    const next = Math.min(longestMs, ...waits);
    const isHeldUp = this.#options.records().some((record) => this.#options.isBusy(record.id));
    return isHeldUp ? Math.max(next, 1000) : next;
  }
}

/** 0: it is due. Undefined without a schedule. */
function msUntil({ snapshotSchedule }: ContainerRecord, now: Date): number | undefined {
  if (!snapshotSchedule) return undefined;
  try {
    if (isOfWrongClock(snapshotSchedule, now)) return 0;
    const next = nextRun(snapshotSchedule, now);
    return next && Math.max(0, next.getTime() - now.getTime());
  } catch {
    // Of another version of Pouch: inspect shows it.
    return undefined;
  }
}

function afterTimeout(ms: number, then: () => void): () => void {
  const timer = setTimeout(then, ms);
  timer.unref();
  return () => clearTimeout(timer);
}
