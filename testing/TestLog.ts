import type { Logger } from '../hooks/defineHook.ts';

/** A line that the plugin logged. */
export interface LogLine {
  level: keyof Logger;
  message: string;
  fields: Record<string, unknown>;
}

/** A logger that keeps its lines. */
export class TestLog implements Logger {
  readonly lines: LogLine[] = [];
  /** Keeps a line of the level `debug`. */
  readonly debug = this.#writer('debug');
  /** Keeps a line of the level `info`. */
  readonly info = this.#writer('info');
  /** Keeps a line of the level `warn`. */
  readonly warn = this.#writer('warn');
  /** Keeps a line of the level `error`. */
  readonly error = this.#writer('error');

  #writer(level: keyof Logger) {
    return (message: string, fields: Record<string, unknown> = {}): void =>
      void this.lines.push({ level, message, fields });
  }
}
