import type { Logger } from '../../../hooks/defineHook.ts';
import type { Change } from '../draft/diff.ts';

/** A line that a tap has logged. */
export interface LoggedLine {
  readonly level: keyof Logger;
  readonly message: string;
  readonly fields?: Record<string, unknown>;
}

/** Lines of one tap that are kept. */
const mostLines = 20;

/** What the attempts of one tap leave for its trace. */
export class TapNotes {
  readonly lines: LoggedLine[] = [];
  /** Lines that were logged and not kept. */
  linesLeftOut = 0;
  /** Of the attempt that succeeded. */
  changes: readonly Change[] = [];

  addLine(level: keyof Logger, message: string, fields?: Record<string, unknown>): void {
    if (this.lines.length < mostLines) this.lines.push({ level, message, ...(fields && { fields }) });
    else this.linesLeftOut += 1;
  }
}
