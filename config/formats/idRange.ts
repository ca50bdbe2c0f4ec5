import type { IdRange } from '../types.ts';
import { Refusal, textFormat } from './format.ts';

/** The highest id: -1 (4294967295) means "none" to the kernel. */
const highest = 4_294_967_294;

/** `FIRST-LAST`, user or group ids of the host. */
export const idRange = textFormat<IdRange>({
  expected: 'a range of host ids such as 1879048192-2147483647',
  json: { type: 'string', pattern: '^\\d+-\\d+$' },
  read(text) {
    const [, first = 0, last = 0] = (/^(\d{1,10})-(\d{1,10})$/.exec(text) ?? []).map(Number);
    if (!text.includes('-') || last === 0) return undefined;
    if (first === 0) throw new Refusal('0 is the host’s root');
    if (last < first || last > highest) throw new Refusal(`the second is from the first to ${highest}`);
    return { first, last };
  },
  write: ({ first, last }) => `${first}-${last}`,
});
