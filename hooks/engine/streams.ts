import type { Writable } from 'node:stream';

export interface OutputChunk {
  stream: 'stdout' | 'stderr';
  data: Buffer;
}

export interface LogEntry extends OutputChunk {
  /** RFC 3339 with nanoseconds. */
  time: string;
}

export interface LogQuery {
  stdout: boolean;
  stderr: boolean;
  follow: boolean;
  /** Entries from the end; undefined for all. */
  tail?: number;
  /** Unix seconds, with a fraction. */
  since?: number;
  until?: number;
}

export interface AttachOptions {
  stdin: boolean;
  stdout: boolean;
  stderr: boolean;
  /** Earlier output first. */
  logs: boolean;
}

/** A client's connection to the streams of a container or an exec instance. */
export interface Attachment {
  tty: boolean;
  /** Undefined if stdin was not asked for or the container has none. Ending it closes the container's stdin (not with a tty). */
  stdin?: Writable;
  /** Ends after the process has exited and all of its output was read. */
  output: AsyncIterable<OutputChunk>;
  /** Leaves; the container goes on. */
  detach(): void;
}

/** A container that is made and on its way up. */
export interface Run {
  id: string;
  warnings: string[];
  attachment: Attachment;
  /** Settles with the start. A failure of it is no unhandled rejection: the streams end with it too. */
  started: Promise<void>;
}
