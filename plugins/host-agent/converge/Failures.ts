/** What of the declared objects has failed, and when it is tried again. */
import type { AgentProgress } from '../../../client/wire.ts';
import { keyOf, type Step } from '../plan/step.ts';
import { pauseMs } from './pause.ts';

interface Failure {
  readonly count: number;
  /** Of `performance.now()`; not tried again on its own before. */
  readonly until: number;
  readonly why: string;
  /** What was to be changed: something else is due at once. */
  readonly changes: string;
  /** It waits for its image, whose next pull is when it is tried again. */
  readonly isWithoutImage: boolean;
}

export class Failures {
  readonly #byObject = new Map<string, Failure>();

  /** Everything is due again. */
  clear(): void {
    this.#byObject.clear();
  }

  /** Remembers how a step has gone. */
  note(
    { Kind, Name, Error, Waits }: AgentProgress,
    step: Step | undefined,
    { isWithoutImage }: Pick<Failure, 'isWithoutImage'>,
  ): void {
    const key = `${Kind}/${Name}`;
    if (!Error && Waits === undefined) return void this.#byObject.delete(key);
    const count = (this.#byObject.get(key)?.count ?? 0) + 1;
    // Each attempt to replace a container costs downtime: a new one needs somebody who asks for it.
    const isFinal = Error?.Code === 'PCH_AGENT_REPLACE_FAILED';
    const pause = isFinal ? Infinity : pauseMs(count);
    this.#byObject.set(key, {
      isWithoutImage,
      changes: changesIn(step),
      count,
      until: performance.now() + pause,
      why: Error?.Message ?? `it waits for ${Waits}`,
    });
  }

  /** Whether an object is tried by itself: it has not failed, its pause is over, or something else is to be changed. */
  isDue(step: Step): boolean {
    const failure = this.#byObject.get(keyOf(step));
    if (!failure || failure.isWithoutImage || failure.changes !== changesIn(step)) return true;
    return failure.until <= performance.now();
  }

  /** Why the last attempt has failed; undefined if it has not. */
  whyOf(step: Step): string | undefined {
    return this.#byObject.get(keyOf(step))?.why;
  }

  /** Whether an object is tried again only if somebody asks for it. */
  isFinal(key: string): boolean {
    return this.#byObject.get(key)?.until === Infinity;
  }

  /** Milliseconds until the next attempt, not negative; undefined if none follows by itself. */
  untilNextMs(): number | undefined {
    const timed = [...this.#byObject.values()].filter(({ isWithoutImage }) => !isWithoutImage);
    const next = Math.min(...timed.map(({ until }) => until));
    return Number.isFinite(next) ? Math.max(next - performance.now(), 0) : undefined;
  }
}

function changesIn(step: Step | undefined): string {
  return JSON.stringify(step?.changes ?? []);
}
