import { randomInt } from 'node:crypto';

/** What `npm test -- torture [SEED[:ROUND]] [MINUTES]` asks for. */
export interface Wanted {
  seed: number;
  /** The only round to play; all that fit into the time if undefined. */
  round: number | undefined;
  minutes: number;
}

const defaultMinutes = 3;

/** @throws Error that says what was expected */
export function parseArguments([which, minutes]: readonly string[]): Wanted {
  const match = /^(\d{1,10})(?::(\d{1,6}))?$/.exec(which ?? String(randomInt(2 ** 31)));
  if (!match) throw new Error(`expected SEED or SEED:ROUND as decimal numbers, found "${which}"`);
  const [, seed, round] = match;
  return {
    seed: Number(seed),
    round: round === undefined ? undefined : Number(round),
    minutes: parseMinutes(minutes),
  };
}

function parseMinutes(text: string | undefined): number {
  const minutes = text === undefined ? defaultMinutes : Number(text);
  if (minutes > 0 && minutes <= 24 * 60) return minutes;
  throw new Error(`expected MINUTES from 0 to 1440, found "${text}"`);
}

/** Each round has a seed of its own, so that it can be played without those before it. */
export function seedOfRound(seed: number, round: number): number {
  return Math.imul(seed ^ 0x5bd1e995, 0x9e3779b1 + 2 * round) >>> 1;
}
