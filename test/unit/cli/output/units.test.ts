import assert from 'node:assert/strict';
import { ago, humanDuration, humanMemory, humanSize } from '../../../../cli/output/units.ts';

describe('human-readable sizes and times', () => {
  const sizes: [bytes: number, text: string][] = [
    [0, '0B'],
    [999, '999B'],
    [1000, '1kB'],
    [1984512, '1.98MB'],
    [124_000_000, '124MB'],
  ];
  for (const [bytes, text] of sizes) it(text, () => assert.equal(humanSize(bytes), text));
  it('memory uses powers of 1024', () => assert.equal(humanMemory(2 * 1024 ** 3), '2GiB'));

  const durations: [seconds: number, text: string][] = [
    [0.5, 'Less than a second'],
    [1, '1 second'],
    [59, '59 seconds'],
    [60, 'About a minute'],
    [300, '5 minutes'],
    [3600, 'About an hour'],
    [3600 * 5, '5 hours'],
    [3600 * 47, '47 hours'],
    [86400 * 3, '3 days'],
    [86400 * 20, '2 weeks'],
    [86400 * 90, '3 months'],
    [86400 * 800, '2 years'],
  ];
  for (const [seconds, text] of durations) it(text, () => assert.equal(humanDuration(seconds), text));
  it('a time in the future counts as now', () => assert.equal(ago(200, 100_000), 'Less than a second ago'));
});
