import { randomInt } from 'node:crypto';

export interface SeededRandom {
  seed: number;
  /** 0 … limit - 1. */
  below(limit: number): number;
}

/** Repeats its numbers for the same seed, which is POUCH_TEST_SEED unless given (mulberry32). */
export function seededRandom(given?: number): SeededRandom {
  const seed = given ?? Number(process.env['POUCH_TEST_SEED'] ?? randomInt(2 ** 31));
  let state = seed;
  return {
    seed,
    below(limit) {
      state = (state + 0x6d2b79f5) | 0;
      let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
      mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
      return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * limit);
    },
  };
}

/** One of them, each as likely as the others. */
export function pick<T>(random: SeededRandom, from: readonly T[]): T {
  return from[random.below(from.length)]!;
}
