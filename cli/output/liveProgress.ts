import type { ProgressMessage } from '../../client/index.ts';
import { printable } from './printable.ts';
import { progressLine } from './progressLine.ts';
import type { ProgressView } from './progressView.ts';

/** Time between two updates, in milliseconds. */
const interval = 80;

/** Moves the cursor up and clears to the end of the screen (ECMA-48 CUU, ED). */
const rewind = (lines: number) => (lines > 0 ? `\u001b[${lines}A\r\u001b[J` : '\r\u001b[J');

/**
 * Shows live progress on a terminal: one line per layer, redrawn in place. Messages without an id scroll above. If
 * there are more layers than rows, completed ones are omitted.
 */
export function liveProgress(stream: NodeJS.WriteStream): ProgressView {
  const lines = new Map<string, ProgressMessage>();
  let drawn = 0;
  let scrolled: string[] = [];
  let timer: NodeJS.Timeout | undefined;

  const draw = () => {
    timer = undefined;
    const shown = visible([...lines.values()], (stream.rows || 24) - 1);
    const text = shown.map((message) => `${progressLine(message, stream.columns || 80)}\n`);
    stream.write(rewind(drawn) + scrolled.map((line) => `${line}\n`).join('') + text.join(''));
    drawn = text.length;
    scrolled = [];
  };

  return {
    update(message) {
      if (message.id) lines.set(message.id, message);
      else scrolled.push(...textOf(message));
      timer ??= setTimeout(draw, interval);
    },
    end() {
      clearTimeout(timer);
      draw();
    },
  };
}

function textOf({ status, stream }: ProgressMessage): string[] {
  const text = printable((status ?? stream ?? '').trimEnd());
  return text === '' ? [] : text.split('\n');
}

function visible(messages: ProgressMessage[], rows: number): ProgressMessage[] {
  if (messages.length <= rows) return messages;
  return messages.filter(({ status = '' }) => !isDone(status)).slice(-rows);
}

function isDone(status: string): boolean {
  return /complete$|^Already exists$/i.test(status) && !/^Download complete$/i.test(status);
}
