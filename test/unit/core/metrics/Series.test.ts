import assert from 'node:assert/strict';
import { renderMetrics } from '../../../../core/metrics/renderMetrics.ts';
import { Series } from '../../../../core/metrics/Series.ts';

const declaration = { name: 'calls_total', doc: 'Calls.', type: 'counter', labels: ['to'] } as const;

describe('a metric', () => {
  it('is rendered with its values by labels, which are escaped', async () => {
    const calls = new Series(declaration);
    calls.add(2, { to: 'a"b\n' });
    calls.add(1, { to: 'a"b\n' });
    const load = new Series({ name: 'load', doc: 'Load.', type: 'gauge' });
    load.set(0.5);
    load.add(-2);
    const text = await renderMetrics([calls, load]);
    assert.match(
      text,
      /^# HELP calls_total Calls\.\n# TYPE calls_total counter\ncalls_total\{to="a\\"b\\n"\} 3\n/,
    );
    assert.match(text, /# TYPE load gauge\nload -1\.5\n/);
  });

  it('refuses what its type does not take', () => {
    const calls = new Series(declaration);
    const refused = { code: 'PCH_PLUGIN_CONTRACT', message: /^metric calls_total: / };
    assert.throws(() => calls.add(-1), refused);
    assert.throws(() => calls.add(NaN), refused);
    assert.throws(() => calls.set(1), refused);
    assert.throws(() => calls.add(1, { form: 'x' }), /no label form; declared are to/);
    calls.add(1, { to: 'x' });
    assert.deepEqual(calls.samples, [{ labels: { to: 'x' }, value: 1 }]);
  });

  it('has at most 1000 combinations of labels, and says so once', () => {
    let full = 0;
    const calls = new Series(declaration, () => (full += 1));
    for (let i = 0; i < 1002; i++) calls.add(1, { to: String(i) });
    calls.add(1, { to: '7' });
    assert.deepEqual([calls.samples.length, full, calls.samples[7]?.value], [1000, 1, 2]);
  });
});
