import type { Static, TObject } from '@sinclair/typebox';
import type { LogOption } from '../logOptions.ts';

/**
 * Sends the output of containers elsewhere: `pouch run --log-driver NAME --log-opt KEY=VALUE`.
 *
 * The log keeper writes each line to the container's log first. pouchd reads it from there and calls `write`, one batch
 * after another; a batch counts as delivered when `write` resolves, and is written again until it does. So a line may
 * come twice, after a crash for example, and a driver that fails delays no container and no other driver.
 *
 * It works in a plugin with a process of its own too.
 */
export interface LogDriver<Options extends TObject = TObject> {
  /** At most 63 lower-case letters, digits, `_`, `.` or `-`, the first a letter or digit. */
  name: string;
  /** One sentence. */
  doc: string;
  /**
   * Its options: strings, integers, numbers and booleans. Clients send text, which is converted. Missing: it takes
   * none. Those of the log itself, such as `max-size`, are Pouch's.
   */
  options?: Options;
  /**
   * Defaults of the options of the log itself, for containers of this driver: `{ 'max-size': '20m' }`. Missing: the
   * settings `containerLogs`.
   */
  defaults?: Readonly<Partial<Record<LogOption, string>>>;
  /** Milliseconds of `write`; 10 s if missing. `check` has 5 s. */
  deadlineMs?: number;
  /** `false`: the output is not logged, and `pouch logs` has nothing. Only without `write`. Default: true. */
  keepsLog?: boolean;
  /**
   * Throws what is wrong with options that fit the schema. It changes nothing, and runs before each create, also for
   * `pouch plan run`.
   */
  check?(container: LoggedContainer<Static<Options>>, context: LogDriverContext): Promise<void> | void;
  /**
   * Delivers lines, in their order. It is called for one batch of a container at a time, and for several containers at
   * once. Without it, the log of the container is all there is.
   */
  write?(batch: LogBatch<Static<Options>>, context: LogDriverContext): Promise<void> | void;
}

/** The container whose lines a log driver gets. */
export interface LoggedContainer<Options = Readonly<Record<string, string | number | boolean>>> {
  /** 64 hexadecimal digits. */
  readonly id: string;
  readonly name: string;
  /** Reference of its image. */
  readonly image: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly options: Options;
}

/** Some lines of one container: those of at most 64 KiB of its log. */
export interface LogBatch<Options = Readonly<Record<string, string | number | boolean>>> {
  readonly container: LoggedContainer<Options>;
  readonly lines: readonly LogLine[];
}

/** One line that a container wrote. */
export interface LogLine {
  /** RFC 3339 in UTC with nanoseconds. */
  readonly time: string;
  readonly stream: 'stdout' | 'stderr';
  /** Without its newline; bytes that are not UTF-8 are U+FFFD. */
  readonly text: string;
  /** A part of a line of more than 16 KiB that continues in the next one of its stream. */
  readonly partial?: boolean;
}

/** What a call of a log driver may use beside its arguments. */
export interface LogDriverContext {
  /** Aborts at the deadline, and when pouchd ends. */
  signal: AbortSignal;
}
