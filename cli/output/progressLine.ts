import type { ProgressMessage } from '../../client/index.ts';
import { printableCell } from './printable.ts';
import { humanSize } from './units.ts';

/** Maximum width of the bar, in characters. */
const fullBar = 50;

/** Returns `d5fd17ec1767: Downloading [=====>    ]  12.3MB/45.1MB`, truncated to the terminal's width. */
export function progressLine(message: ProgressMessage, columns: number): string {
  const label = printableCell(`${message.id}: ${message.status ?? ''}`);
  const { current = 0, total = 0 } = message.progressDetail ?? {};
  if (current <= 0) return label.slice(0, columns);
  const amount = total > 0 ? `${humanSize(current)}/${humanSize(total)}` : humanSize(current);
  const room = columns - label.length - amount.length - 6;
  const width = Math.min(fullBar, room);
  const bar = total > 0 && width >= 10 ? `${drawBar(current / total, width)}  ` : '';
  return `${label} ${bar}${amount}`.slice(0, columns);
}

function drawBar(share: number, width: number): string {
  const filled = Math.max(0, Math.min(width, Math.floor(share * width)));
  const head = filled < width ? '>' : '';
  return `[${'='.repeat(filled)}${head}${' '.repeat(width - filled - head.length)}]`;
}
