import type { Ulimit } from '../types.ts';
import { Refusal, textFormat } from './format.ts';
import { oneOf } from './scalar.ts';

/** The resources of setrlimit(2), without RLIMIT_ and in lower case. */
export const ulimitName = oneOf(
  'as',
  'core',
  'cpu',
  'data',
  'fsize',
  'locks',
  'memlock',
  'msgqueue',
  'nice',
  'nofile',
  'nproc',
  'rss',
  'rtprio',
  'rttime',
  'sigpending',
  'stack',
);

/** `SOFT:HARD`, or one number for both; -1 is unlimited. */
export const ulimit = textFormat<Ulimit>({
  expected: 'SOFT:HARD or one number for both, such as 1024:4096; -1 is unlimited',
  json: { type: ['string', 'integer'], pattern: '^(-1|\\d{1,15})(:(-1|\\d{1,15}))?$', minimum: -1 },
  read(text) {
    const match = /^(-1|\d{1,15})(?::(-1|\d{1,15}))?$/.exec(text);
    if (!match) return undefined;
    const soft = Number(match[1]);
    const hard = Number(match[2] ?? match[1]);
    if (rank(soft) > rank(hard)) throw new Refusal('the soft limit must not exceed the hard limit');
    return { soft, hard };
  },
  write: ({ soft, hard }) => `${soft}:${hard}`,
});

function rank(limit: number): number {
  return limit === -1 ? Infinity : limit;
}
