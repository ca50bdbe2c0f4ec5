import { Refusal, textFormat } from './format.ts';

const form = /^(\d+(?:\.\d+)?)(?:b|([kmgtp])(?:i?b)?)?$/i;
const letters = ['', 'k', 'm', 'g', 't', 'p'];

interface SizeLimits {
  /** Smallest allowed number of bytes. */
  readonly min?: number;
  /** Meaning of 0, if 0 is allowed below `min`. */
  readonly zero?: string;
}

/** A size in bytes, in Docker's form: `64m`, `1.5g`, `65536`; units are powers of 1024. */
export function size({ min = 0, zero }: SizeLimits = {}) {
  const least = min > 0 ? ` from ${writeSize(min)}` : '';
  const none = zero ? `, or 0 for ${zero}` : '';
  return textFormat<number>({
    expected: `a size${least} such as 64m, 1.5g or 65536 (bytes)${none}`,
    json: {
      type: ['string', 'integer'],
      pattern: '^\\d+(\\.\\d+)?([bB]|[kmgtpKMGTP]([iI]?[bB])?)?$',
      minimum: 0,
    },
    read: (text) => check(readSize(text), min, zero !== undefined),
    write: writeSize,
  });
}

function check(value: number | undefined, min: number, zeroAllowed: boolean): number | undefined {
  if (value === undefined || (value === 0 && zeroAllowed)) return value;
  if (value < min) throw new Refusal(`at least ${writeSize(min)}`);
  return value;
}

function readSize(text: string): number | undefined {
  const match = form.exec(text);
  if (!match) return undefined;
  const power = letters.indexOf((match[2] ?? '').toLowerCase());
  const bytes = Number(match[1]) * 1024 ** power;
  if (!match[2] && !Number.isInteger(bytes)) throw new Refusal('whole bytes only');
  if (bytes > Number.MAX_SAFE_INTEGER)
    throw new Refusal(`at most ${Number.MAX_SAFE_INTEGER} bytes (just under 8p)`);
  return Math.floor(bytes);
}

/** Formats a size in its shortest exact form: 67108864 as `64m`. */
export function writeSize(bytes: number): string {
  let power = 0;
  let count = bytes;
  while (count > 0 && count % 1024 === 0 && power < letters.length - 1) {
    count /= 1024;
    power += 1;
  }
  return `${count}${letters[power]}`;
}
