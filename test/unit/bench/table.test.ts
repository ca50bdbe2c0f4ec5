import assert from 'node:assert/strict';
import { median } from '../../../bench/statistics.ts';
import { caseTable, targetTable } from '../../../bench/table.ts';

describe('tables of the bench', () => {
  const outcome = {
    name: 'exec',
    about: 'exec true',
    series: [
      { name: 'pouch', unit: 'ms' as const, samples: [30, 10, 20] },
      { name: 'docker', unit: 'ms' as const, samples: [], failure: 'it broke' },
    ],
    targets: [{ subject: 'pouch', value: 20, limit: 15, unit: 'ms' as const }],
    notes: ['docker failed: it broke'],
  };

  it('have a line for each contender, and report failures', () => {
    const expected = `
exec true
           median      min      p90  runs
  pouch   20.0 ms  10.0 ms  30.0 ms     3
  docker   failed
  docker failed: it broke
`;
    assert.equal(caseTable(outcome), expected);
  });

  it('print a missed target', () => {
    assert.equal(targetTable([outcome]), '  exec  pouch  20.0 ms  ≤ 15 ms  MISS');
  });

  it('print the mean of the middle two as the median of an even number of runs', () => {
    assert.equal(median([4, 1, 3, 2]), 2.5);
    assert.ok(Number.isNaN(median([])));
  });
});
