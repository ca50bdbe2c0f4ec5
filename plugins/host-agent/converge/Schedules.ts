/** Starts containers at the times of their schedules. */
import {
  type Clock,
  type ContainerRecord,
  messageOf,
  parseSchedule,
  ScheduleStarts,
} from '../../../hooks/index.ts';
import type { DeclaredContainer } from '../declare/declared.ts';
import { labels } from '../labels.ts';
import type { AgentContext } from './agentContext.ts';

/** Between two looks at the clock, which may be set meanwhile. */
const longestMs = 60_000;
/** Before another look at a container that does not exist yet. */
const missingMs = 1_000;
/** Before a start that has failed is tried again. */
const pauseMs = 10_000;

/**
 * What is due follows from the last start of each container, so that a pouchd that was away, or a clock that was set,
 * needs nothing else: times that were missed are one.
 */
export class Schedules {
  readonly #context: AgentContext;
  readonly #clock: Pick<Clock, 'now'>;
  readonly #scheduled: readonly DeclaredContainer[];
  readonly #starts = new ScheduleStarts();
  #timer: NodeJS.Timeout | undefined;
  #isStopped = false;

  constructor(context: AgentContext, clock: Pick<Clock, 'now'>, declared: Iterable<DeclaredContainer>) {
    this.#context = context;
    this.#clock = clock;
    this.#scheduled = [...declared].filter(({ schedule }) => schedule !== undefined);
  }

  /** Looks at once, and then when something is due. */
  start(): void {
    if (this.#scheduled.length > 0) void this.#look();
  }

  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
  }

  async #look(): Promise<void> {
    const now = this.#clock.now();
    const waits = await Promise.all(this.#scheduled.map((one) => this.#startIfDue(one, now)));
    if (this.#isStopped || this.#context.signal.aborted) return;
    const wait = Math.min(longestMs, ...waits);
    this.#timer = setTimeout(() => void this.#look(), wait).unref();
  }

  /** Resolves to the milliseconds until the next look. */
  async #startIfDue({ name, schedule = '' }: DeclaredContainer, now: Date): Promise<number> {
    const { containers, log } = this.#context;
    const record = containers.list({ all: true, filters: { name: [name] } }).find((one) => one.name === name);
    if (!record) return missingMs;
    if (record.draft.labels[labels.declared] !== name || record.state.status === 'running') return longestMs;
    const due = nextOf(record, schedule, now, this.#starts);
    if (!due) return longestMs;
    if (due > now) return due.getTime() - now.getTime();
    try {
      await containers.start(record.id);
      log.info('a container was started by its schedule', { container: name, due: due.toISOString() });
      return longestMs;
    } catch (error) {
      log.error('a container was not started by its schedule', { container: name, error: messageOf(error) });
      return pauseMs;
    }
  }
}

/** @returns the first time after its last start, or after its create */
export function nextOf(
  { id, createdAt, state }: Pick<ContainerRecord, 'id' | 'createdAt' | 'state'>,
  schedule: string,
  now: Date,
  starts: ScheduleStarts,
): Date | undefined {
  const last = new Date(state.startedAt === '' ? createdAt : state.startedAt);
  return parseSchedule(schedule)(starts.from(id, schedule, last, now));
}
