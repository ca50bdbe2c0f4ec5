import assert from 'node:assert/strict';
import { shownDuration } from '../../../../../core/lifecycle/health/probe.ts';
import { pauseBefore, timingOf } from '../../../../../core/lifecycle/health/timing.ts';

describe('times of a health check', () => {
  it('have Docker’s defaults, and a start interval of at most the interval', () => {
    assert.deepEqual(timingOf({ test: ['CMD', 'true'] }), {
      interval: 30_000,
      timeout: 30_000,
      startPeriod: 0,
      startInterval: 5_000,
      retries: 3,
    });
    assert.equal(timingOf({ interval: 1000 }).startInterval, 1000);
    assert.equal(timingOf({ interval: 1000, startInterval: 2000 }).startInterval, 2000);
  });

  it('fit into a timer of Node', () => {
    assert.equal(timingOf({ interval: 1e12 }).interval, 2 ** 31 - 1);
  });

  it('use the start interval in the start period, until the first success', () => {
    const timing = timingOf({ interval: 60_000, startPeriod: 10_000 });
    assert.equal(pauseBefore(timing, { isStarting: true, upMs: 0 }), 5_000);
    assert.equal(pauseBefore(timing, { isStarting: false, upMs: 0 }), 60_000);
    assert.equal(pauseBefore(timing, { isStarting: true, upMs: 10_000 }), 60_000);
  });

  it('are shown as Go shows them', () => {
    const cases: [number, string][] = [
      [1.5, '1.5ms'],
      [500, '500ms'],
      [1000, '1s'],
      [1500, '1.5s'],
      [90_000, '1m30s'],
      [3_600_000, '1h0m0s'],
      [3_723_500, '1h2m3.5s'],
    ];
    for (const [ms, text] of cases) assert.equal(shownDuration(ms), text);
  });
});
