import assert from 'node:assert/strict';
import { Metrics } from '../../../../../core/containerd/gen/metrics/cgroup1.ts';
import { Metric } from '../../../../../core/containerd/gen/types/metric.ts';
import { SharedMetrics, type MetricsSource } from '../../../../../core/lifecycle/stats/SharedMetrics.ts';

const host = { cpuNs: 5, onlineCpus: 2, memory: 7 };

function metric(id: string): Metric {
  const value = Metrics.encode(Metrics.create({ pids: { current: 3, limit: '0' } })).finish();
  return Metric.create({
    id,
    data: { typeUrl: 'io.containerd.cgroups.v1.Metrics', value: Buffer.from(value) },
  });
}

describe('shared metrics', () => {
  function source(reply: (ids: string[]) => Promise<Metric[]> = async (ids) => ids.map(metric)) {
    const calls: string[][] = [];
    const all: MetricsSource = {
      metrics(filters) {
        const ids = filters.map((filter) => filter.replace('id==', ''));
        calls.push(ids);
        return reply(ids);
      },
      host: async () => host,
    };
    return { calls, metrics: new SharedMetrics(all) };
  }

  it('serve callers at about the same time by one call', async () => {
    const { calls, metrics } = source();
    const readings = await Promise.all(['a', 'b', 'a'].map((id) => metrics.read(id)));
    assert.deepEqual(calls, [['a', 'b']]);
    for (const reading of readings) {
      assert.equal(reading?.usage.pids.current, 3);
      assert.deepEqual(reading.host, host);
    }
  });

  it('are asked for again by those who come later, one call after the other', async () => {
    let underWay = 0;
    const { calls, metrics } = source(async (ids) => {
      assert.equal((underWay += 1), 1);
      const late = calls.length === 1 ? metrics.read('late') : undefined;
      await new Promise((resolve) => setImmediate(resolve));
      underWay -= 1;
      void late;
      return ids.map(metric);
    });
    await metrics.read('a');
    await metrics.read('late');
    assert.deepEqual(calls, [['a'], ['late']]);
  });

  it('of a task that does not exist are undefined', async () => {
    assert.equal(await source(async () => []).metrics.read('a'), undefined);
  });

  it('when one task hangs the call, each is asked for by itself', async () => {
    const { calls, metrics } = source(async (ids) => {
      if (ids.includes('stuck')) throw new Error('deadline');
      return ids.map(metric);
    });
    const [good, stuck] = await Promise.allSettled([metrics.read('good'), metrics.read('stuck')]);
    assert.equal(good.status, 'fulfilled');
    assert.equal(stuck.status, 'rejected');
    assert.deepEqual(calls, [['good', 'stuck'], ['good'], ['stuck']]);
    assert.ok(await metrics.read('good'));
  });
});
