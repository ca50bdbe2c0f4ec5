import assert from 'node:assert/strict';
import { nextOf } from '../../../../plugins/host-agent/converge/Schedules.ts';

describe('the next start of a scheduled container', () => {
  const now = new Date('2026-03-01T12:00:00Z');
  const record = (createdAt: string, startedAt = '') =>
    ({
      createdAt: `2026-03-01T${createdAt}:00Z`,
      state: { startedAt: startedAt && `2026-03-01T${startedAt}:00Z` },
    }) as never;
  const next = (found: never, schedule = 'every 1h') =>
    nextOf(found, schedule, now)?.toISOString().slice(11, 16);

  it('follows its create, and then its last start', () => {
    assert.equal(next(record('11:30')), '12:30');
    assert.equal(next(record('01:00', '11:45')), '12:45');
  });

  it('is one for all times that were missed', () => assert.equal(next(record('01:00', '03:00')), '04:00'));

  it('does not wait for a clock that was set back', () =>
    assert.equal(next(record('01:00', '23:00')), '13:00'));

  it('has the times of crontab(5)', () =>
    assert.equal(
      nextOf(record('11:59'), '*/5 * * * *', now)?.getTime(),
      new Date('2026-03-01T12:00:00Z').getTime(),
    ));
});
