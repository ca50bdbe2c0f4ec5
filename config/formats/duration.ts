import { Refusal, textFormat } from './format.ts';

const units = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1000, ms: 1 } as const;
const form =
  /^(?:(\d+(?:\.\d+)?)d)?(?:(\d+(?:\.\d+)?)h)?(?:(\d+(?:\.\d+)?)m)?(?:(\d+(?:\.\d+)?)s)?(?:(\d+)ms)?$/;

/** Node's timers take at most 2^31 - 1 ms, slightly more than this; a longer timer fires immediately. */
const longest = 24 * units.d;

/**
 * A duration in milliseconds, written with units in descending order: `1m30s`, `1.5s`, `250ms`. `0` needs no unit.
 */
export function duration({ min = 0 }: { min?: number } = {}) {
  const limits = min > 0 ? ` from ${writeDuration(min)}` : '';
  return textFormat<number>({
    expected: `a duration${limits} such as 5s, 1m30s or 250ms`,
    json: {
      type: ['string', 'integer'],
      pattern: '^(0|(\\d+(\\.\\d+)?(d|h|m|s|ms))+)$',
      maximum: 0,
      minimum: 0,
    },
    read: (text) => within(readDuration(text), min),
    write: writeDuration,
  });
}

function within(value: number | undefined, min: number): number | undefined {
  if (value === undefined) return undefined;
  if (value < min) throw new Refusal(`at least ${writeDuration(min)}`);
  if (value > longest) throw new Refusal(`at most ${writeDuration(longest)}`);
  return value;
}

function readDuration(text: string): number | undefined {
  if (text === '0') return 0;
  if (/^\d+(\.\d+)?$/.test(text))
    throw new Refusal(`add the unit: ${text}s for seconds, ${text}ms for milliseconds`);
  const parts = text === '' ? null : form.exec(text);
  if (!parts) return undefined;
  const total = Object.values(units).reduce((sum, unit, i) => sum + Number(parts[i + 1] ?? 0) * unit, 0);
  return wholeMilliseconds(total);
}

function wholeMilliseconds(total: number): number {
  const rounded = Math.round(total);
  if (Math.abs(total - rounded) > 1e-6) throw new Refusal('whole milliseconds only');
  return rounded;
}

/** Formats a duration in its shortest form: 90000 as `1m30s`. */
export function writeDuration(milliseconds: number): string {
  let rest = milliseconds;
  let text = '';
  for (const [name, unit] of Object.entries(units)) {
    const count = Math.floor(rest / unit);
    if (count > 0) text += `${count}${name}`;
    rest -= count * unit;
  }
  return text || '0';
}
