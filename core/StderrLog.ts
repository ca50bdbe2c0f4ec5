/** The daemon's log: one line per entry on stderr, as text or JSON. */
import type { LogFormat, LogLevel } from '../config/types.ts';
import type { Logger } from '../hooks/defineHook.ts';

const levels = ['trace', 'debug', 'info', 'warn', 'error'] as const;

/** A value longer than this is cut: a log line is for reading. */
const longestValue = 2000;

export class StderrLog implements Logger {
  #level: LogLevel;
  #format: LogFormat;

  constructor(options: { level: LogLevel; format: LogFormat }) {
    this.#level = options.level;
    this.#format = options.format;
  }

  /** For a reload of the configuration. */
  configure(options: { level: LogLevel; format: LogFormat }): void {
    this.#level = options.level;
    this.#format = options.format;
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
        ? JSON.stringify({ time, level, message, ...fields })
        : `${time} ${level.padEnd(5)} ${message}${asText(fields)}`;
    process.stderr.write(`${line}\n`);
  }
}

function asText(fields: Record<string, unknown>): string {
  return Object.entries(fields)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => ` ${key}=${quoted(value)}`)
    .join('');
}

/** Line breaks are escaped: an entry stays one line. */
function quoted(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  const short = text.length > longestValue ? `${text.slice(0, longestValue)}…` : text;
  return /^[\w./:@=+-]+$/.test(short) ? short : JSON.stringify(short);
}
