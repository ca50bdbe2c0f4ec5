import type { Writable } from 'node:stream';

/** A piece of what a process wrote. */
export interface OutputChunk {
  stream: 'stdout' | 'stderr';
  data: Buffer;
}

/** A piece of a container's log with its time. */
export interface LogEntry extends OutputChunk {
  /** RFC 3339 with nanoseconds. */
  time: string;
}

/** The entries of a log, one after another. */
export interface LogEntries extends AsyncIterable<LogEntry> {
  /** The same, those that were read at once together, which costs less. Missing: one by one only. */
  readonly batches?: AsyncIterable<readonly LogEntry[]>;
}

/** Which part of a container's log is wanted. */
export interface LogQuery {
  stdout: boolean;
  stderr: boolean;
  follow: boolean;
  /** Entries from the end; undefined for all. */
  tail?: number;
  /** What this service of a rich container has logged, instead of what the container has written. */
  unit?: string;
  /** Unix seconds, with a fraction. */
  since?: number;
  until?: number;
}

/** Which streams of a container a client connects to. */
export interface AttachOptions {
  stdin: boolean;
  stdout: boolean;
  stderr: boolean;
  /** Earlier output first. */
  logs: boolean;
  /** Entries of that, from the end; undefined for all. */
  tail?: number;
}

/** A client's connection to the streams of a container or an exec instance. */
export interface Attachment {
  tty: boolean;
  /**
   * Undefined if stdin was not asked for or the container has none. Ending it closes the container's stdin (not with
   * a tty).
   */
  stdin?: Writable;
  /** Ends after the process has exited and all of its output was read. */
  output: AsyncIterable<OutputChunk>;
  /** Detaches; the container continues. */
  detach(): void;
}

/** A container that is created and about to start. */
export interface Run {
  id: string;
  warnings: string[];
  /** Undefined if no streams were asked for. */
  attachment?: Attachment | undefined;
  /** Settles with the start. Its rejection needs no handler: the streams end with the error too. */
  started: Promise<void>;
}
