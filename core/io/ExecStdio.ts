import { mkdirSync, rmSync } from 'node:fs';
import type { Writable } from 'node:stream';
import type { OutputChunk } from '../../hooks/index.ts';
import type { StdioPaths } from './ContainerIo.ts';
import { FifoReader } from './fifo/FifoReader.ts';
import { FifoWriter } from './fifo/FifoWriter.ts';
import { makeFifo } from './fifo/makeFifo.ts';
import { openReadEnd } from './fifo/open.ts';
import { streamPaths, type StreamPaths } from './layout.ts';
import { OutputQueue } from './OutputQueue.ts';
import { StdinHold } from './StdinHold.ts';

export interface ExecStreams {
  tty: boolean;
  stdin: boolean;
  stdout: boolean;
  stderr: boolean;
}

/**
 * The streams of an exec process. This process reads them and does not log them: they end with the daemon.
 *
 * A slow consumer of `output` blocks the process. Output that was not requested is read and discarded.
 */
export class ExecStdio {
  readonly paths: StdioPaths;
  /** Ends when all streams have ended, or at `close`. */
  readonly output: AsyncIterable<OutputChunk>;
  /** As with `ContainerIo.openStdin`, the process reads end-of-file after `end()`, `endInput` and CloseIO. */
  readonly stdin: Writable | undefined;
  readonly #directory: string;
  readonly #queue: OutputQueue;
  readonly #readers: FifoReader[];
  readonly #stdinHold: StdinHold | undefined;

  /** Creates the FIFOs in DIR/ID. If no stream is requested, it creates none and the paths are empty. */
  static create(directory: string, id: string, streams: ExecStreams): Promise<ExecStdio> {
    return new Promise((resolve) => resolve(new ExecStdio(streamPaths(directory, id), streams)));
  }

  private constructor(at: StreamPaths, streams: ExecStreams) {
    const { tty, stdin, stdout, stderr } = streams;
    const none = !tty && !stdin && !stdout && !stderr;
    this.#directory = at.directory;
    this.paths = none ? noStreams : pathsOf(at, streams);
    mkdirSync(at.directory, { recursive: true, mode: 0o700 });
    for (const path of Object.values(this.paths)) if (typeof path === 'string' && path !== '') makeFifo(path);
    this.#stdinHold = stdin ? new StdinHold(at.stdin) : undefined;
    this.stdin = stdin ? new FifoWriter(at.stdin) : undefined;
    this.#queue = this.#makeQueue();
    this.output = this.#queue;
    this.#readers = none ? [] : this.#read(at, streams);
    if (none) this.#queue.end();
  }

  /** Works like `ContainerIo.endInput`. */
  async endInput(): Promise<void> {
    await this.#stdinHold?.endInput();
  }

  /** Ends `output` after the data read so far, closes stdin and removes the FIFOs. May be called twice. */
  close(): Promise<void> {
    for (const reader of this.#readers) reader.drain();
    for (const reader of this.#readers) reader.close();
    this.#queue.end();
    this.stdin?.destroy();
    this.#stdinHold?.close();
    rmSync(this.#directory, { recursive: true, force: true });
    return Promise.resolve();
  }

  #makeQueue(): OutputQueue {
    const each = (act: (reader: FifoReader) => void) => () => this.#readers.forEach(act);
    return new OutputQueue({
      full: each((reader) => reader.pause()),
      drained: each((reader) => reader.resume()),
      closed: each((reader) => reader.resume()),
    });
  }

  #read(at: StreamPaths, { tty, stdout, stderr }: ExecStreams): FifoReader[] {
    const out = this.#reader('stdout', at.stdout, stdout || tty);
    return tty ? [out] : [out, this.#reader('stderr', at.stderr, stderr)];
  }

  #reader(stream: OutputChunk['stream'], path: string, wanted: boolean): FifoReader {
    return new FifoReader(openReadEnd(path), {
      data: (chunk) => wanted && this.#queue.push({ stream, data: Buffer.from(chunk) }),
      end: () => this.#readers.every((reader) => reader.ended) && this.#queue.end(),
    });
  }
}

const noStreams: StdioPaths = { stdin: '', stdout: '', stderr: '', terminal: false };

/** containerd 1.6 takes both outputs or none: an output that was not requested gets a FIFO too. */
function pathsOf(at: StreamPaths, { tty, stdin }: ExecStreams): StdioPaths {
  return { stdin: stdin ? at.stdin : '', stdout: at.stdout, stderr: tty ? '' : at.stderr, terminal: tty };
}
