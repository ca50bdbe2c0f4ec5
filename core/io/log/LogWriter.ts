import { join } from 'node:path';
import type { OutputChunk } from '../../../hooks/index.ts';
import { timestamp } from './clock.ts';
import type { ContainerLog } from './ContainerLog.ts';
import { encodeEntry } from './entry.ts';
import { LineSplitter } from './LineSplitter.ts';
import { PendingOutput } from './PendingOutput.ts';

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
    this.#recover('stdout');
    this.#recover('stderr');
  }

  write(stream: StreamName, chunk: Buffer): void {
    const { splitter, pending } = this.#streams[stream];
    // Write waiting lines first: a successor that removes the chunk again must not remove them.
    this.#log.flush();
    pending.begin(splitter.rest, chunk, this.#log.position());
    this.#append(stream, splitter.push(chunk));
    pending.settle(splitter.rest);
  }

  /** Logs incomplete last lines and closes the files. */
  close(): void {
    for (const [name, { splitter, pending }] of Object.entries(this.#streams)) {
      this.#append(name as StreamName, splitter.flush());
      pending.remove();
    }
    this.#log.close();
  }

  /**
   * Continues where an earlier process ended: logs the chunk again that it was logging. Also opens the files in
   * advance, so that a chunk is in a file soon after it is read.
   */
  #recover(stream: StreamName): void {
    const { splitter, pending } = this.#streams[stream];
    const { data, inFlight } = pending.load();
    this.#log.position();
    if (inFlight !== undefined) this.#log.rewind(inFlight);
    this.#append(stream, splitter.push(data));
    pending.settle(splitter.rest);
  }

  #append(stream: StreamName, entries: readonly Buffer[]): void {
    this.#log.append(entries.map((entry) => encodeEntry(stream, entry, timestamp())));
  }
}

function stream(stateDir: string, name: StreamName): LoggedStream {
  return { splitter: new LineSplitter(), pending: new PendingOutput(join(stateDir, `${name}.pending`)) };
}
