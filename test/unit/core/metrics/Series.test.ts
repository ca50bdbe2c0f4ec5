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
    assert.throws(() => calls.clear(), refused);
    assert.throws(() => calls.add(1, { to: 'x'.repeat(201) }), /at most 200 characters for the label to/);
    assert.throws(() => calls.add(1, { form: 'x' }), /no label form; declared are to/);
    calls.add(1, { to: 'x' });
    assert.deepEqual(calls.samples, [{ labels: { to: 'x' }, value: 1 }]);
  });

  it('has finite values, so that all others can be rendered', async () => {
    const load = new Series({ name: 'load', doc: 'Load.', type: 'gauge' });
    assert.throws(() => load.set(NaN), /expected a finite number, found NaN/);
    assert.throws(() => load.set('1' as never), /expected a finite number, found string/);
    const calls = new Series(declaration);
    calls.add(Number.MAX_VALUE, { to: 'x' });
    assert.throws(() => calls.add(Number.MAX_VALUE, { to: 'x' }), /its value is too large/);
    // The client of Prometheus throws for a counter that is Infinity, and then no metric can be read.
    assert.match(await renderMetrics([calls, load]), /calls_total\{to="x"\} 1\.79/);
  });

  it('that is a gauge forgets one value or all', () => {
    const room = { left: 2 };
    const load = new Series({ name: 'load', doc: 'Load.', type: 'gauge', labels: ['of'] }, { room });
    load.set(1, { of: 'a' });
    load.set(2, { of: 'b' });
    assert.equal(load.set(3, { of: 'c' }), false);
    load.clear({ of: 'a' });
    assert.equal(load.set(3, { of: 'c' }), true);
    assert.deepEqual(load.samples, [
      { labels: { of: 'b' }, value: 2 },
      { labels: { of: 'c' }, value: 3 },
    ]);
    load.clear();
    assert.deepEqual([load.samples, room.left], [[], 2]);
  });

  it('has at most 1000 combinations of labels, and says so once', () => {
    let full = 0;
    const calls = new Series(declaration, { onFull: () => (full += 1) });
    for (let i = 0; i < 1002; i++) calls.add(1, { to: String(i) });
    calls.add(1, { to: '7' });
    assert.deepEqual([calls.samples.length, full, calls.samples[7]?.value], [1000, 1, 2]);
  });
});
