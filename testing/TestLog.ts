import type { Logger } from '../hooks/defineHook.ts';

export interface LogLine {
  level: keyof Logger;
  message: string;
  fields: Record<string, unknown>;
}

/** A logger that keeps its lines. */
export class TestLog implements Logger {
  readonly lines: LogLine[] = [];
  readonly debug = this.#writer('debug');
  readonly info = this.#writer('info');
  readonly warn = this.#writer('warn');
  readonly error = this.#writer('error');

  #writer(level: keyof Logger) {
    return (message: string, fields: Record<string, unknown> = {}): void =>
      void this.lines.push({ level, message, fields });
  }
}
