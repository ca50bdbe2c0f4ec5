import type { ContainerRecord, LogEntry } from '../../hooks/engine.ts';
import type { LogLine } from '../../hooks/contributions/logDriver.ts';
import { messageOf } from '../../hooks/errors.ts';
import {
  type Batch,
  type Delivered,
  DeliveryReader,
  LogWatcher,
  readDelivered,
  saveDelivered,
} from '../io/index.ts';
import { Backoff } from '../wait/Backoff.ts';
import { happensWithin } from '../wait/deadline.ts';
import { Deferred } from '../wait/Deferred.ts';

/** Milliseconds between attempts to write one batch. */
const [firstPauseMs, longestPauseMs] = [250, 30_000];

export interface DeliveryOptions {
  readonly record: ContainerRecord;
  /** Whether more may be written to the log. */
  isUp(): boolean;
  write(lines: readonly LogLine[], signal: AbortSignal): Promise<void>;
  /** Called at the first of several failures, and with undefined once a batch is delivered again. */
  onFailure(problem: string | undefined): void;
  /** Called with the bytes that rotation has removed. */
  onLost(bytes: number): void;
  /** Called at its end, in the same turn in which it has found the container at rest and all delivered. */
  onDone(): void;
}

/** The delivery of one container's log to its log driver, from where the last one has ended. */
export class Delivery {
  readonly #options: DeliveryOptions;
  readonly #logPath: string;
  readonly #abort = new AbortController();
  readonly #backoff = new Backoff(firstPauseMs, longestPauseMs);
  #at: Delivered;
  #problem: string | undefined;
  #retry = new Deferred();
  #watcher: LogWatcher | undefined;
  readonly #ended: Promise<void>;

  constructor(options: DeliveryOptions) {
    this.#options = options;
    this.#logPath = options.record.paths.log;
    this.#at = readDelivered(this.#logPath);
    this.#ended = this.#run().catch((error: unknown) => this.#options.onFailure(messageOf(error)));
  }

  get record(): ContainerRecord {
    return this.#options.record;
  }

  get at(): Delivered {
    return this.#at;
  }

  /** Why the last attempt failed. */
  get problem(): string | undefined {
    return this.#problem;
  }

  /** Ends a pause. */
  retryNow(): void {
    this.#backoff.reset();
    this.#retry.resolve();
    this.#watcher?.wake();
  }

  /** Resolves to whether all is delivered within the time. The container does not run. */
  async finish(ms: number): Promise<boolean> {
    this.retryNow();
    return await happensWithin(this.#ended, ms);
  }

  /** Resolves once it touches no file any more; a write that ignores its signal is left behind. */
  async stop(): Promise<void> {
    this.#abort.abort();
    this.retryNow();
    await this.#ended;
  }

  async #run(): Promise<void> {
    const reader = new DeliveryReader(this.#logPath, this.#at);
    const watcher = (this.#watcher = new LogWatcher(this.#logPath));
    try {
      while (!this.#isStopped) {
        const isLast = !this.#options.isUp();
        const batch = await this.#read(reader);
        if (batch) await this.#deliver(batch);
        else if (isLast && !this.#options.isUp()) return this.#options.onDone();
        else if (!this.#isStopped) await watcher.next();
      }
    } finally {
      watcher.close();
      await reader.close();
    }
  }

  get #isStopped(): boolean {
    return this.#abort.signal.aborted;
  }

  async #read(reader: DeliveryReader): Promise<Batch | undefined> {
    return await this.#untilDone(() => reader.next());
  }

  async #deliver({ entries, next, lost }: Batch): Promise<void> {
    if (lost > 0) {
      await this.#untilDone(() => this.#save(next));
      this.#options.onLost(lost);
    }
    const lines = entries.map(toLine);
    if (lines.length > 0) await this.#untilDone(() => this.#options.write(lines, this.#abort.signal));
    if (!this.#isStopped) await this.#untilDone(() => this.#save(next));
  }

  async #save(next: Delivered): Promise<void> {
    await saveDelivered(this.#logPath, next);
    this.#at = next;
  }

  /** Resolves to undefined once it is stopped. */
  async #untilDone<T>(work: () => Promise<T>): Promise<T | undefined> {
    while (!this.#isStopped) {
      try {
        const result = await work();
        if (this.#isStopped) return result;
        this.#backoff.reset();
        this.#note(undefined);
        return result;
      } catch (error) {
        if (this.#isStopped) return undefined;
        this.#note(messageOf(error));
        this.#retry = new Deferred();
        await happensWithin(this.#retry.promise, this.#backoff.next());
      }
    }
    return undefined;
  }

  #note(problem: string | undefined): void {
    const isNews = (problem === undefined) !== (this.#problem === undefined);
    this.#problem = problem;
    if (isNews) this.#options.onFailure(problem);
  }
}

function toLine({ time, stream, data }: LogEntry): LogLine {
  const text = data.toString('utf8');
  return text.endsWith('\n')
    ? { time, stream, text: text.slice(0, -1) }
    : { time, stream, text, partial: true };
}
