import assert from 'node:assert/strict';
import { parseArguments, seedOfRound } from '../../torture/arguments.ts';
import { drawRound } from '../../torture/draw.ts';
import { faults } from '../../torture/faults/index.ts';

describe('a torture is replayed', () => {
  it('by its seed and minutes, or by the seed and one round', () => {
    assert.deepEqual(parseArguments(['7', '0.5']), { seed: 7, round: undefined, minutes: 0.5 });
    assert.deepEqual(parseArguments(['7:12']), { seed: 7, round: 12, minutes: 3 });
  });

  it('by a seed that is drawn if none is given', () => {
    const seeds = new Set(Array.from({ length: 20 }, () => parseArguments([]).seed));
    assert.ok(seeds.size > 1);
  });

  it('but not by what is not a seed', () => {
    assert.throws(() => parseArguments(['x']), /expected SEED or SEED:ROUND/);
    assert.throws(() => parseArguments(['7', 'many']), /expected MINUTES/);
  });

  it('in the same rounds with the same clients, faults and moments', () => {
    const plans = (seed: number) => [1, 2, 3].map((n) => drawRound(n, seedOfRound(seed, n)));
    assert.deepEqual(plans(7), plans(7));
    assert.notDeepEqual(plans(7), plans(8));
    assert.equal(new Set(plans(7).map(({ seed }) => seed)).size, 3);
  });

  it('and every fault is drawn in the long run', () => {
    const drawn = new Set<string>();
    for (let n = 1; n <= 500; n += 1)
      for (const { fault } of drawRound(n, seedOfRound(1, n)).strikes) drawn.add(fault.name);
    assert.deepEqual([...drawn].sort(), faults.map(({ name }) => name).sort());
  });
});
