/** Writes messages in runc's formats, JSON lines or logrus' text, to --log or to stderr. */
import { appendFileSync, closeSync, openSync } from 'node:fs';

export type Level = 'debug' | 'warning' | 'error';

export interface LogOptions {
  file: string | undefined;
  format: string;
  debug: boolean;
}

export class Log {
  readonly #options: LogOptions;

  constructor(options: LogOptions) {
    this.#options = options;
    if (options.file) closeSync(openSync(options.file, 'a', 0o600));
  }

  warn = (text: string): void => {
    this.#write('warning', text);
  };

  debug(text: string): void {
    if (this.#options.debug) this.#write('debug', text);
  }

  /** Writes to the log, and always to stderr. */
  error(text: string): void {
    this.#write('error', text);
    if (this.#options.file) process.stderr.write(`${text}\n`);
  }

  #write(level: Level, msg: string): void {
    const time = new Date().toISOString();
    const line =
      this.#options.format === 'json'
        ? JSON.stringify({ level, msg, time })
        : `time=${JSON.stringify(time)} level=${level} msg=${JSON.stringify(msg)}`;
    if (this.#options.file) appendFileSync(this.#options.file, `${line}\n`);
    else process.stderr.write(`${line}\n`);
  }
}
