import type { IdRange } from '../types.ts';
import { Refusal, textFormat } from './format.ts';

/** The highest valid id; 4294967295 is -1, which the kernel reserves. */
const highest = 4_294_967_294;

/** A range `FIRST-LAST` of user and group ids of the host. */
export const idRange = textFormat<IdRange>({
  expected: 'a range of host ids such as 1879048192-2147483647',
  json: { type: 'string', pattern: '^\\d+-\\d+$' },
  read(text) {
    const [, first = 0, last = 0] = (/^(\d{1,10})-(\d{1,10})$/.exec(text) ?? []).map(Number);
    if (!text.includes('-') || last === 0) return undefined;
    if (first === 0) throw new Refusal('0 is root on the host');
    if (last < first || last > highest) throw new Refusal(`LAST must be from FIRST to ${highest}`);
    return { first, last };
  },
  write: ({ first, last }) => `${first}-${last}`,
});
