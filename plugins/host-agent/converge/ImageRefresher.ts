/** Asks registries for newer images: at the times of `refresh`, and for `pull: always`. */
import { type Clock, messageOf, parseSchedule, ScheduleStarts } from '../../../hooks/index.ts';
import type { DeclaredImage } from '../declare/declared.ts';
import type { AgentContext } from './agentContext.ts';
import { pauseMs } from './pause.ts';

/** Between two looks at the clock, which may be set meanwhile. */
const longestMs = 60_000;

interface Failure {
  readonly count: number;
  /** Milliseconds since the epoch. */
  readonly until: number;
  readonly why: string;
}

/** A pull that changes a tag is an event, on which the agent converges. */
export class ImageRefresher {
  readonly #context: AgentContext;
  readonly #clock: Pick<Clock, 'now'>;
  readonly #failures = new Map<string, Failure>();
  readonly #starts = new ScheduleStarts();
  #scheduled: readonly DeclaredImage[] = [];
  #timer: NodeJS.Timeout | undefined;
  #isStopped = true;

  constructor(context: AgentContext, clock: Pick<Clock, 'now'>) {
    this.#context = context;
    this.#clock = clock;
  }

  /** Why images were not refreshed at the last attempt, by reference. */
  get problems(): ReadonlyMap<string, string> {
    return new Map([...this.#failures].map(([reference, { why }]) => [reference, why]));
  }

  /** Looks at once, and then when an image is due. */
  start(declared: Iterable<DeclaredImage>): void {
    this.stop();
    this.#failures.clear();
    this.#scheduled = [...declared].filter(({ refresh }) => refresh !== undefined);
    this.#isStopped = false;
    if (this.#scheduled.length > 0) void this.#look();
  }

  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
  }

  /** Pulls images whatever their schedule is. Those that the host has serve where that fails. */
  async refresh(references: Iterable<string>): Promise<void> {
    await Promise.all([...new Set(references)].map((reference) => this.#refresh(reference)));
  }

  async #look(): Promise<void> {
    const waits = await Promise.all(this.#scheduled.map((one) => this.#refreshIfDue(one)));
    if (this.#isStopped || this.#context.signal.aborted) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#look(), Math.min(longestMs, ...waits)).unref();
  }

  /** Resolves to the milliseconds until the next look. */
  async #refreshIfDue({ name, refresh = '' }: DeclaredImage): Promise<number> {
    const { book } = this.#context;
    const now = this.#clock.now();
    const last = book.refreshedAt(name);
    if (!last) {
      await book.refreshed(name, now.toISOString()).catch((error: unknown) => this.#warn(name, error));
      return 0;
    }
    const due = parseSchedule(refresh)(this.#starts.from(name, refresh, last, now));
    if (!due) return longestMs;
    const next = Math.max(due.getTime(), this.#failures.get(name)?.until ?? 0);
    if (next > now.getTime()) return next - now.getTime();
    await this.#refresh(name);
    return 0;
  }

  async #refresh(reference: string): Promise<void> {
    const { images, book, signal } = this.#context;
    try {
      await images.pull(reference, { signal });
      this.#failures.delete(reference);
      await book.refreshed(reference, this.#clock.now().toISOString());
    } catch (error) {
      if (signal.aborted) return;
      const count = (this.#failures.get(reference)?.count ?? 0) + 1;
      const until = this.#clock.now().getTime() + pauseMs(count);
      this.#failures.set(reference, { count, until, why: messageOf(error) });
      this.#warn(reference, error);
    }
  }

  #warn(image: string, error: unknown): void {
    this.#context.log.warn('an image was not refreshed', { image, error: messageOf(error) });
  }
}
