import assert from 'node:assert/strict';
import { noteOutcome } from '../../../../../core/lifecycle/shared/noteOutcome.ts';
import type { BlameEntry } from '../../../../../hooks/plan.ts';
import { record } from '../../record.ts';

describe('the outcome of a hook in the record of its container', () => {
  const hook = 'container.preStop';
  const blame: BlameEntry = { field: 'signal', plugin: 'p', hook, action: 'changed', ms: 1 };
  const degraded = { plugin: 'q', hook, message: 'no idea' };
  const other = { plugin: 'q', hook: 'container.spec', message: 'not today' };

  it('is kept under the fields of the container', () => {
    const container = record({ degraded: [other] });
    noteOutcome(container, hook, { blame: [blame], degraded: [degraded] }, 'stop.');
    assert.deepEqual(container.updates, [{ ...blame, field: 'stop.signal' }]);
    assert.deepEqual(container.degraded, [other, degraded]);
  });

  it('takes the place of the outcome before, and of that alone', () => {
    const container = record({ degraded: [other] });
    noteOutcome(container, hook, { blame: [blame], degraded: [degraded] });
    noteOutcome(container, hook, { degraded: [] });
    assert.equal(container.updates, undefined);
    assert.deepEqual(container.degraded, [other]);
  });
});
