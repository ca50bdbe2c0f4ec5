import type { Fault } from './faults/fault.ts';
import { faults } from './faults/index.ts';
import { pick, type SeededRandom, seededRandom } from '../support/seededRandom.ts';

/** What a round consists of. Each part draws from a seed of its own, so that none depends on how fast another is. */
export interface RoundPlan {
  number: number;
  seed: number;
  clientSeeds: readonly number[];
  strikes: readonly Strike[];
}

export interface Strike {
  fault: Fault;
  /** Milliseconds of load before it. */
  afterMs: number;
  seed: number;
}

const fewestClients = 2;
const mostClients = 4;
const mostStrikes = 3;

/** The same plan for the same seed. */
export function drawRound(number: number, seed: number): RoundPlan {
  const random = seededRandom(seed);
  const clients = fewestClients + random.below(mostClients - fewestClients + 1);
  const strikes = 1 + random.below(mostStrikes);
  return {
    number,
    seed,
    clientSeeds: times(clients, () => newSeed(random)),
    strikes: times(strikes, () => ({
      fault: pick(random, faults),
      afterMs: 200 + random.below(1_000),
      seed: newSeed(random),
    })),
  };
}

function newSeed(random: SeededRandom): number {
  return random.below(2 ** 31);
}

function times<T>(count: number, make: () => T): T[] {
  return Array.from({ length: count }, make);
}
