import { PassThrough } from 'node:stream';
import { constants } from 'node:os';
import type { Attachment, AttachOptions, LogEntry, OutputChunk } from '../../../hooks/index.ts';
import { PouchError } from '../../../hooks/index.ts';
import { Channel } from './Channel.ts';
import { findProgram, type ProgramIo } from './program.ts';

let lastPid = 1000;

/** The streams of one container or exec instance, before, while and after its program runs. */
export class FakeProcess {
  readonly tty: boolean;
  readonly log: LogEntry[] = [];
  size = { height: 24, width: 80 };
  pid = 0;
  exitCode: number | undefined;
  /** How many bytes the program has written; for tests of backpressure. */
  written = 0;
  #stdin = new PassThrough();
  readonly #openStdin: boolean;
  readonly #readers = new Set<Reader>();
  #ended: Promise<number> = Promise.resolve(0);
  #killer = new AbortController();
  #end: (code: number) => void = () => undefined;

  constructor(options: { tty: boolean; openStdin: boolean }) {
    this.tty = options.tty;
    this.#openStdin = options.openStdin;
  }

  /** Starts the program; returns the promise of its exit code. */
  start(args: string[], env: Record<string, string>): Promise<number> {
    const program = findProgram(args[0] ?? '');
    if (!program) {
      this.exitCode = 127;
      throw new PouchError('PCH_COMMAND_NOT_FOUND', `the command "${args[0]}" is not in the image`);
    }
    this.pid = ++lastPid;
    this.exitCode = undefined;
    this.#killer = new AbortController();
    const killed = new Promise<number>((resolve) => (this.#end = resolve));
    const ended = Promise.race([killed, Promise.resolve(program(args.slice(1), this.#io(env)))]);
    this.#ended = ended.then((code) => this.#finish(code));
    return this.#ended;
  }

  kill(signal: string): void {
    const number = constants.signals[(signal.startsWith('SIG') ? signal : `SIG${signal}`) as 'SIGKILL'];
    this.#killer.abort();
    this.#end(128 + number);
  }

  attach(options: AttachOptions): Attachment {
    const reader = new Reader(options);
    this.#readers.add(reader);
    if (options.logs) for (const entry of this.log) reader.chunks.push(entry);
    const detach = (): void => {
      this.#readers.delete(reader);
      reader.leave();
    };
    const stdin = options.stdin && this.#openStdin ? this.#stdin : undefined;
    return { tty: this.tty, stdin, output: reader.read(), detach };
  }

  #io(env: Record<string, string>): ProgramIo {
    const input = this.#openStdin ? this.#stdin : PassThrough.from([]);
    return {
      tty: this.tty,
      env,
      size: () => this.size,
      stdin: this.#echoed(input),
      stdout: (data) => this.#write('stdout', data),
      stderr: (data) => this.#write(this.tty ? 'stdout' : 'stderr', data),
      signal: this.#killer.signal,
    };
  }

  /** A terminal shows what is typed. */
  async *#echoed(input: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const chunk of input) {
      if (this.tty) await this.#write('stdout', chunk.toString().replaceAll('\r', '\n'));
      yield chunk;
    }
  }

  async #write(stream: OutputChunk['stream'], written: string | Buffer): Promise<void> {
    const data = Buffer.from(this.tty ? written.toString().replaceAll('\n', '\r\n') : written);
    this.written += data.length;
    if (this.log.length < 1000) this.log.push({ stream, data, time: new Date().toISOString() });
    for (const reader of this.#readers) reader.offer({ stream, data });
    // Real output arrives in turns of the event loop.
    await new Promise<void>((resolve) => setImmediate(resolve));
    await Promise.all([...this.#readers].map((reader) => reader.room()));
  }

  #finish(code: number): number {
    this.exitCode = code;
    this.pid = 0;
    this.#stdin.destroy();
    this.#stdin = new PassThrough();
    for (const reader of this.#readers) reader.chunks.close();
    this.#readers.clear();
    return code;
  }
}

/** One attached client; holds back the program when it is 8 chunks behind, as a full pipe would. */
class Reader {
  readonly chunks = new Channel<OutputChunk>();
  readonly #wanted: AttachOptions;
  #behind = 0;
  #waiting: (() => void)[] = [];

  constructor(wanted: AttachOptions) {
    this.#wanted = wanted;
  }

  offer(chunk: OutputChunk): void {
    if (!this.#wanted[chunk.stream]) return;
    this.#behind++;
    this.chunks.push(chunk);
  }

  async room(): Promise<void> {
    if (this.#behind >= 8) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  leave(): void {
    this.chunks.close();
    this.#behind = 0;
    for (const resume of this.#waiting.splice(0)) resume();
  }

  async *read(): AsyncGenerator<OutputChunk> {
    for await (const chunk of this.chunks) {
      yield chunk;
      this.#behind--;
      for (const resume of this.#waiting.splice(0)) resume();
    }
  }
}
