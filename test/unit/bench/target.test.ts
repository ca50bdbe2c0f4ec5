import assert from 'node:assert/strict';
import type { Series } from '../../../bench/measure.ts';
import { limitTarget, ratioTarget, verdict } from '../../../bench/target.ts';

const series = (name: string, ...samples: number[]): Series => ({ name, unit: 'ms', samples });

describe('targets of the bench', () => {
  it('compare Pouch to the fastest peer', () => {
    const target = ratioTarget(
      [series('pouch', 30, 10, 20), series('docker', 80), series('podman', 40)],
      'pouch',
      ['docker', 'podman'],
      0.5,
    );
    assert.deepEqual(target, { subject: 'pouch : podman', value: 0.5, limit: 0.5, unit: '×' });
    assert.equal(verdict(target), 'met');
  });

  it('compare to available peers only', () => {
    const target = ratioTarget(
      [series('pouch', 30), series('docker', 40)],
      'pouch',
      ['docker', 'podman'],
      0.5,
    );
    assert.equal(target.subject, 'pouch : docker');
    assert.equal(verdict(target), 'MISS');
  });

  it('are not measured without samples of Pouch or of any peer', () => {
    for (const all of [[series('pouch', 30)], [series('pouch'), series('docker', 40)]])
      assert.equal(verdict(ratioTarget(all, 'pouch', ['docker'], 0.5)), 'NOT MEASURED');
  });

  it('have the unit of the measurement', () => {
    const memory: Series = { name: 'pouchd', unit: 'MB', samples: [151] };
    const target = limitTarget([memory], 'pouchd', 150);
    assert.deepEqual(target, { subject: 'pouchd', value: 151, limit: 150, unit: 'MB' });
    assert.equal(verdict(target), 'MISS');
  });

  it('without a limit have no verdict', () => {
    assert.equal(verdict(ratioTarget([series('pouch', 1), series('docker', 1)], 'pouch', ['docker'])), '');
  });
});
