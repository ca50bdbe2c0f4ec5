import assert from 'node:assert/strict';
import { parseSchedule, ScheduleStarts } from '../../../../hooks/index.ts';
import { nextOf } from '../../../../plugins/host-agent/converge/Schedules.ts';

describe('the next start of a scheduled container', () => {
  const now = new Date('2026-03-01T12:00:00Z');
  const record = (createdAt: string, startedAt = '') =>
    ({
      createdAt: `2026-03-01T${createdAt}:00Z`,
      state: { startedAt: startedAt && `2026-03-01T${startedAt}:00Z` },
    }) as never;
  const next = (found: never, schedule = 'every 1h') =>
    nextOf(found, schedule, now, new ScheduleStarts())?.toISOString().slice(11, 16);

  it('follows its create, and then its last start', () => {
    assert.equal(next(record('11:30')), '12:30');
    assert.equal(next(record('01:00', '11:45')), '12:45');
  });

  it('is one for all times that were missed', () => assert.equal(next(record('01:00', '03:00')), '04:00'));

  it('does not wait for a clock that was set back', () =>
    assert.equal(next(record('01:00', '23:00')), '13:00'));

  it('has the times of crontab(5)', () =>
    assert.equal(
      nextOf(record('11:59'), '*/5 * * * *', now, new ScheduleStarts())?.getTime(),
      new Date('2026-03-01T12:00:00Z').getTime(),
    ));

  describe('while the clock is set back', () => {
    const starts = () => new ScheduleStarts();
    const at = (time: string) => new Date(`2026-03-01T${time}:00Z`);
    const from = (all: ScheduleStarts, schedule: string, last: string, clock: string) =>
      all.from('web', schedule, at(last), at(clock)).toISOString().slice(11, 16);

    it('does not come twice for a time that comes again', () =>
      assert.equal(from(starts(), '0 2 * * *', '02:00', '01:30'), '02:00'));

    it('follows the clock if that was hours ahead, also at later looks, until its start', () => {
      const all = starts();
      assert.equal(from(all, '0 2 * * *', '20:00', '01:30'), '01:30');
      assert.equal(from(all, '0 2 * * *', '20:00', '02:00'), '01:30');
      assert.equal(from(all, '0 2 * * *', '02:00', '02:01'), '02:00');
    });

    it('follows the clock if it is an interval', () =>
      assert.equal(from(starts(), 'every 1h', '02:00', '01:30'), '01:30'));
  });

  it('comes after the hour that comes twice at the end of summer time', () => {
    const zone = process.env['TZ'];
    process.env['TZ'] = 'Europe/Berlin';
    try {
      const after = (schedule: string, time: string) =>
        parseSchedule(schedule)(new Date(`2026-10-25T${time}Z`))
          ?.toISOString()
          .slice(11, 16);
      assert.equal(after('*/5 * * * *', '01:00:00'), '01:05');
      assert.equal(after('30 2 * * *', '01:10:00'), '01:30');
      assert.equal(
        parseSchedule('30 2 * * *')(new Date('2026-10-25T00:30:01Z'))?.toISOString(),
        '2026-10-26T01:30:00.000Z',
      );
    } finally {
      if (zone === undefined) delete process.env['TZ'];
      else process.env['TZ'] = zone;
    }
  });
});
