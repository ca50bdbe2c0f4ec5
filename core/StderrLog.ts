/** The daemon's log: one line per entry on stderr, as text or JSON. */
import type { LogFormat, LogLevel } from '../config/types.ts';
import type { Logger } from '../hooks/defineHook.ts';

const levels = ['trace', 'debug', 'info', 'warn', 'error'] as const;

/** One entry of the log, with its secrets masked. */
export interface LogEntry {
  readonly time: string;
  readonly level: LogLevel;
  /** Message and fields. */
  readonly text: string;
}

/** A value longer than this is cut: a log line is for reading. */
const longestValue = 2000;

export class StderrLog implements Logger {
  #level: LogLevel;
  #format: LogFormat;
  #hide: (text: string) => string = (text) => text;
  #noteOfPlugin: ((plugin: string, entry: LogEntry) => void) | undefined;

  constructor(options: { level: LogLevel; format: LogFormat }) {
    this.#level = options.level;
    this.#format = options.format;
  }

  /** For a reload of the configuration. */
  configure(options: { level: LogLevel; format: LogFormat }): void {
    this.#level = options.level;
    this.#format = options.format;
  }

  /** Has text pass through a function that masks secrets. */
  hide(mask: (text: string) => string): void {
    this.#hide = mask;
  }

  /** Has a function called with each entry that names a plugin. */
  copyPluginEntries(note: (plugin: string, entry: LogEntry) => void): void {
    this.#noteOfPlugin = note;
  }

  debug(message: string, fields?: Record<string, unknown>): void {
    this.#write('debug', message, fields);
  }

  info(message: string, fields?: Record<string, unknown>): void {
    this.#write('info', message, fields);
  }

  warn(message: string, fields?: Record<string, unknown>): void {
    this.#write('warn', message, fields);
  }

  error(message: string, fields?: Record<string, unknown>): void {
    this.#write('error', message, fields);
  }

  #write(level: LogLevel, message: string, fields: Record<string, unknown> = {}): void {
    if (levels.indexOf(level) < levels.indexOf(this.#level)) return;
    const time = new Date().toISOString();
    const line =
      this.#format === 'json'
        ? JSON.stringify({ time, level, message, ...fields }, (_key, value: unknown) => this.#hidden(value))
        : `${time} ${level.padEnd(5)} ${this.#asText(message, fields)}`;
    process.stderr.write(`${line}\n`);
    const { plugin, ...others } = fields;
    if (typeof plugin === 'string')
      this.#noteOfPlugin?.(plugin, { time, level, text: this.#asText(message, others) });
  }

  #asText(message: string, fields: Record<string, unknown>): string {
    return this.#hide(message) + asText(fields, (text) => this.#hide(text));
  }

  #hidden(value: unknown): unknown {
    return typeof value === 'string' ? this.#hide(value) : value;
  }
}

function asText(fields: Record<string, unknown>, hide: (text: string) => string): string {
  return Object.entries(fields)
    .filter(([, value]) => value !== undefined)
    .map(
      ([key, value]) => ` ${key}=${quoted(hide(typeof value === 'string' ? value : JSON.stringify(value)))}`,
    )
    .join('');
}

/** Line breaks are escaped: an entry stays one line. */
function quoted(text: string): string {
  const short = text.length > longestValue ? `${text.slice(0, longestValue)}…` : text;
  return /^[\w./:@=+-]+$/.test(short) ? short : JSON.stringify(short);
}
