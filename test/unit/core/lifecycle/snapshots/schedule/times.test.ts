import assert from 'node:assert/strict';
import {
  goesOn,
  isOfWrongClock,
  nextFrom,
  nextRun,
} from '../../../../../../core/lifecycle/snapshots/schedule/times.ts';
import { parseSchedule } from '../../../../../../hooks/schedule.ts';

const at = (time: string) => new Date(`2026-03-01T${time}:00Z`);
const everyHour = { schedule: 'every 1h', keepScheduled: 3, from: at('00:00').toISOString() };

describe('the times of a schedule', () => {
  it('are intervals, or those of crontab', () => {
    assert.deepEqual(parseSchedule('every 90m')(at('00:00')), at('01:30'));
    assert.deepEqual(parseSchedule('every 2d')(at('00:00')), new Date('2026-03-03T00:00:00Z'));
    const next = parseSchedule('15  * * * *')(at('00:20'))!;
    assert.equal(next.getMinutes(), 15);
    assert.ok(next > at('00:20') && next <= at('01:20'));
    assert.ok(parseSchedule('@daily')(at('00:00')));
  });

  it('are refused if they are not times, or never come', () => {
    for (const text of [
      '',
      'often',
      'every 0h',
      'every 1s',
      'every -1h',
      '* * * *',
      '61 * * * *',
      '0 0 31 2 *',
      '* * * * * *',
      '2030-01-01T00:00:00',
    ])
      assert.throws(() => parseSchedule(text), { code: 'PCH_OPTION_INVALID', field: 'schedule' }, text);
  });

  it('that were missed are one, and the rhythm stays', () => {
    assert.deepEqual(nextRun(everyHour, at('00:10')), at('01:00'));
    assert.deepEqual(nextRun(everyHour, at('09:30')), at('01:00'));
    assert.deepEqual(nextFrom(everyHour, at('01:00'), at('01:02')), at('01:00'));
    assert.deepEqual(nextFrom(everyHour, at('01:00'), at('09:30')), at('09:30'));
    assert.equal(goesOn(everyHour, at('09:30')).next, at('10:30').toISOString());
  });

  it('come also after the clock was set back', () => {
    const later = { ...everyHour, from: '2036-01-01T00:00:00.000Z' };
    assert.deepEqual(nextRun(later, at('00:10')), at('01:10'));
    assert.ok(isOfWrongClock(later, at('00:10')));
    // Not twice at the same time.
    const daily = { ...everyHour, schedule: '@daily', from: at('02:00').toISOString() };
    assert.ok(!isOfWrongClock(daily, at('01:00')));
  });
});
