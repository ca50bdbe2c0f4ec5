import { join } from 'node:path';
import type { OutputChunk } from '../../../hooks/index.ts';
import { timestamp } from './clock.ts';
import type { ContainerLog } from './ContainerLog.ts';
import { encodeEntry } from './entry.ts';
import { LineSplitter } from './LineSplitter.ts';
import { PendingOutput, type Progress } from './PendingOutput.ts';

type StreamName = OutputChunk['stream'];

interface LoggedStream {
  splitter: LineSplitter;
  pending: PendingOutput;
}

/** Writes the output of one run of a container to its log. */
export class LogWriter {
  readonly #log: ContainerLog;
  readonly #streams: Record<StreamName, LoggedStream>;

  /** `stateDir` has the files that outlive this process. */
  constructor(log: ContainerLog, stateDir: string) {
    this.#log = log;
    this.#streams = { stdout: stream(stateDir, 'stdout'), stderr: stream(stateDir, 'stderr') };
    this.#recover();
  }

  write(stream: StreamName, chunk: Buffer): void {
    const { splitter } = this.#streams[stream];
    this.#logWhole(stream, chunk, () => splitter.push(chunk));
  }

  /** Logs incomplete last lines and closes the files. */
  close(): void {
    for (const [name, { splitter, pending }] of Object.entries(this.#streams)) {
      this.#logWhole(name as StreamName, Buffer.alloc(0), () => splitter.flush());
      pending.remove();
    }
    this.#log.close();
  }

  /** Logs the entries that `split` makes of the incomplete line and the chunk. */
  #logWhole(stream: StreamName, chunk: Buffer, split: () => Buffer[]): void {
    const { splitter, pending } = this.#streams[stream];
    // Write waiting lines first: a successor counts the lines after this position as those of the chunk.
    this.#log.flush();
    pending.begin(splitter.rest, chunk, this.#log.position());
    this.#append(stream, split());
    pending.settle(splitter.rest);
  }

  /**
   * Continues where an earlier process ended: logs what is not in the log yet of the chunk that it was logging. Also
   * opens the files in advance, so that a chunk is in a file soon after it is read.
   */
  #recover(): void {
    const streams = Object.keys(this.#streams) as StreamName[];
    const found = streams.map((stream) => ({ stream, ...this.#streams[stream].pending.load() }));
    // One stream is in flight at most. It counts lines of the log before others are written.
    const ordered = found.sort((one, other) => Number(!one.inFlight) - Number(!other.inFlight));
    for (const { stream, data, inFlight } of ordered) this.#resume(stream, data, inFlight);
  }

  #resume(stream: StreamName, data: Buffer, inFlight: Progress | undefined): void {
    const { splitter, pending } = this.#streams[stream];
    const logged = inFlight ? inFlight.lines + this.#log.linesSince(inFlight.at) : 0;
    this.#log.position();
    const entries = splitter.push(data);
    // The end of the stream had come: the incomplete line is logged, too.
    if (logged > entries.length) splitter.flush();
    this.#append(stream, entries, logged);
    pending.settle(splitter.rest);
  }

  /** Logs the entries without the first `logged`. */
  #append(stream: StreamName, entries: readonly Buffer[], logged = 0): void {
    const { pending } = this.#streams[stream];
    const lines = entries.slice(logged).map((entry) => encodeEntry(stream, entry, timestamp()));
    this.#log.append(lines, (count, at) => pending.advance({ lines: logged + count, at }));
  }
}

function stream(stateDir: string, name: StreamName): LoggedStream {
  return { splitter: new LineSplitter(), pending: new PendingOutput(join(stateDir, `${name}.pending`)) };
}
