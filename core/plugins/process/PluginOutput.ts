import type { Readable } from 'node:stream';
import type { Logger } from '../../../hooks/defineHook.ts';
import { RateLimit } from './RateLimit.ts';

/** Lines per second that one plugin may have in the log. */
const mostLines = 100;
/** Bytes per second that are read of what nobody waits for: stderr, lines for the log. */
const mostBytes = 1024 * 1024;
/** Characters of a line in the log. */
const longestText = 2000;
/** Characters of stderr that an error quotes. */
const tailLength = 500;

/** What floods can be held up by. */
export interface Pausable {
  isPaused(): boolean;
  pause(): unknown;
  resume(): unknown;
}

/** What a plugin writes beside replies. A flood of it costs the plugin: pouchd reads it slowly, and logs a part. */
export class PluginOutput {
  readonly #logOf: (hook?: number) => Logger;
  readonly #entry: string;
  readonly #lines = new RateLimit(mostLines);
  readonly #bytes = new RateLimit(mostBytes);
  #leftOut = 0;
  #pending = '';
  #tail = '';

  /**
   * @param logOf - the log of an open hook, or of whatever the plugin does now
   * @param entry - the message of an entry that holds a line of the text
   */
  constructor(logOf: (hook?: number) => Logger, entry = 'stderr of the plugin') {
    this.#logOf = logOf;
    this.#entry = entry;
  }

  /** The end of what it has written to stderr. */
  get tail(): string {
    return this.#tail.trim();
  }

  readStderr(stderr: Readable): void {
    stderr.on('data', (chunk: Buffer) => {
      this.slowDown(stderr, chunk.length);
      this.takeText(chunk.toString());
    });
    stderr.once('close', () => {
      this.end();
    });
  }

  /** Reads no more of a stream in this second, once too much has come. */
  slowDown(stream: Pausable, bytes: number): void {
    if (this.#bytes.take(bytes) || stream.isPaused()) return;
    stream.pause();
    setTimeout(() => stream.resume(), this.#bytes.restMs).unref();
  }

  write(level: keyof Logger, message: string, fields?: Record<string, unknown>, hook?: number): void {
    if (!this.#lines.take(1)) {
      this.#leftOut += 1;
      return;
    }
    this.#reportLeftOut();
    this.#logOf(hook)[level](printable(message), fields);
  }

  /** Takes text in pieces, and returns the lines that it completes. */
  takeText(text: string): string[] {
    this.#tail = (this.#tail + text.slice(-tailLength)).slice(-tailLength);
    const lines = (this.#pending + text).split('\n');
    this.#pending = (lines.pop() ?? '').slice(0, longestText);
    for (const line of lines) if (line !== '') this.write('info', this.#entry, { line });
    return lines;
  }

  /** Writes a line that has no end. */
  end(): void {
    if (this.#pending !== '') this.takeText('\n');
    this.#reportLeftOut();
  }

  #reportLeftOut(): void {
    if (this.#leftOut === 0) return;
    this.#logOf().warn('the plugin writes too much: lines are left out', { lines: this.#leftOut });
    this.#leftOut = 0;
  }
}

/** An entry of the log is one line. */
function printable(text: string): string {
  // eslint-disable-next-line no-control-regex -- they are what is replaced
  return text.slice(0, longestText).replaceAll(/[\u0000-\u001f\u007f]+/g, ' ');
}
