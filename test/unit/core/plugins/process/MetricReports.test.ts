import assert from 'node:assert/strict';
import { Series } from '../../../../../core/metrics/Series.ts';
import { MetricReports } from '../../../../../core/plugins/process/MetricReports.ts';
import type { MetricReport } from '../../../../../hooks/processProtocol.ts';
import { TestLog } from '../../../../../testing/TestLog.ts';

const report = (name: string, change: Partial<MetricReport>): MetricReport => ({
  type: 'metric',
  name,
  ...change,
});

describe('reports of metrics of a process', () => {
  const setUp = () => {
    const log = new TestLog();
    const calls = new Series({ name: 'calls_total', doc: 'Calls.', type: 'counter' });
    const load = new Series({ name: 'load', doc: 'Load.', type: 'gauge', labels: ['of'] });
    const metrics = new Map([
      ['calls_total', { metric: calls, isGauge: false }],
      ['load', { metric: load, isGauge: true }],
    ]);
    return { log, calls, load, metrics, reports: new MetricReports(log) };
  };

  it('that come before the declarations wait for them', () => {
    const { calls, metrics, reports, log } = setUp();
    for (let i = 0; i < 1005; i++) reports.take(report('calls_total', { add: 1 }));
    assert.equal(reports.isUsed, false);
    reports.open(metrics);
    assert.deepEqual([reports.isUsed, calls.samples[0]?.value, log.lines], [true, 1000, []]);
  });

  it('add, set and clear', () => {
    const { load, metrics, reports } = setUp();
    reports.open(metrics);
    reports.take(report('load', { set: 5, labels: { of: 'a' } }));
    reports.take(report('load', { add: -2, labels: { of: 'a' } }));
    reports.take(report('load', { add: 1, labels: { of: 'b' } }));
    reports.take(report('load', { clear: true, labels: { of: 'b' } }));
    assert.deepEqual(load.samples, [{ labels: { of: 'a' }, value: 3 }]);
    reports.take(report('load', { clear: true }));
    assert.deepEqual(load.samples, []);
  });

  it('of a process that has ended leave its counters', () => {
    const { calls, load, metrics, reports } = setUp();
    reports.open(metrics);
    reports.take(report('calls_total', { add: 2 }));
    reports.take(report('load', { set: 5, labels: { of: 'a' } }));
    reports.processEnded();
    reports.take(report('calls_total', { add: 1 }));
    assert.deepEqual([calls.samples[0]?.value, load.samples], [3, []]);
  });

  it('that are wrong are logged, at most ten in a second, and change nothing', () => {
    const { calls, load, metrics, reports, log } = setUp();
    reports.open(metrics);
    for (const wrong of [
      report('other', { add: 1 }),
      report('load', {}),
      report('load', { add: 1, set: 1 }),
      report('calls_total', { add: -1 }),
      report('calls_total', { set: 1 }),
      report('load', { set: 1, labels: { form: 'x' } }),
      ...Array.from({ length: 20 }, () => report('x'.repeat(5000), { add: 1 })),
    ])
      reports.take(wrong);
    assert.deepEqual([calls.samples, load.samples], [[], []]);
    const errors = log.lines.map(({ fields }) => String(fields['error']));
    assert.deepEqual(errors.slice(0, 6), [
      'the plugin declares no metric other',
      'expected one of `add`, `set` and `clear` in the report of a metric',
      'expected one of `add`, `set` and `clear` in the report of a metric',
      'metric calls_total: a counter cannot add -1',
      'metric calls_total: a counter cannot be set; use add',
      'metric load: it has no label form; declared are of',
    ]);
    assert.deepEqual([errors.length, Math.max(...errors.map(({ length }) => length))], [10, 300]);
  });
});
