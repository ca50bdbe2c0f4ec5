import assert from 'node:assert/strict';
import { setImmediate as turn } from 'node:timers/promises';
import { Series } from '../../../../../core/metrics/Series.ts';
import { MetricBuffer } from '../../../../../core/plugins/host/MetricBuffer.ts';
import type { MetricReport } from '../../../../../hooks/processProtocol.ts';

describe('changes of metrics in the process of a plugin', () => {
  const setUp = () => {
    const sent: Omit<MetricReport, 'type'>[] = [];
    const buffer = new MetricBuffer(({ type, ...report }) => void sent.push(report));
    const metric = (name: string, type: 'counter' | 'gauge', room = { left: 5 }) =>
      buffer.reported(name, new Series({ name, doc: 'x', type, labels: ['of', 'by'] }, { room }));
    return { sent, buffer, metric };
  };

  it('of one turn of the event loop are one report per value', async () => {
    const { sent, metric } = setUp();
    const calls = metric('calls_total', 'counter');
    for (let i = 0; i < 1000; i++) calls.add(1, { of: 'a', by: 'b' });
    calls.add(2, { by: 'b', of: 'a' });
    calls.add();
    assert.deepEqual(sent, []);
    await turn();
    assert.deepEqual(sent, [
      { name: 'calls_total', add: 1002, labels: { by: 'b', of: 'a' } },
      { name: 'calls_total', add: 1, labels: {} },
    ]);
    await turn();
    assert.equal(sent.length, 2);
  });

  it('of a gauge keep their order', () => {
    const { sent, buffer, metric } = setUp();
    const load = metric('load', 'gauge');
    load.add(3);
    load.set(5);
    load.add(-1);
    load.set(7, { of: 'a' });
    load.clear({ of: 'a' });
    load.set(1);
    load.clear();
    buffer.flush();
    assert.deepEqual(sent, [
      { name: 'load', set: 4, labels: {} },
      { name: 'load', set: 7, labels: { of: 'a' } },
      { name: 'load', clear: true, labels: { of: 'a' } },
      { name: 'load', set: 1, labels: {} },
      { name: 'load', clear: true },
    ]);
  });

  it('that are wrong throw where they are made; those without room are not sent', () => {
    const { sent, buffer, metric } = setUp();
    const calls = metric('calls_total', 'counter', { left: 1 });
    assert.throws(() => calls.add(-1), { code: 'PCH_PLUGIN_CONTRACT' });
    assert.throws(() => calls.set(1), { code: 'PCH_PLUGIN_CONTRACT' });
    assert.throws(() => calls.add(1, { form: 'x' }), { code: 'PCH_PLUGIN_CONTRACT' });
    for (const of of ['a', 'b', 'a']) calls.add(1, { of });
    buffer.flush();
    assert.deepEqual(sent, [{ name: 'calls_total', add: 2, labels: { of: 'a' } }]);
  });
});
