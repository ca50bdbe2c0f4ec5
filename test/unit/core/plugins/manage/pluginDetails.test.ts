import assert from 'node:assert/strict';
import type { Generation } from '../../../../../core/plugins/index.ts';
import { pluginDetails } from '../../../../../core/plugins/manage/pluginDetails.ts';
import { catalogue } from '../../../../../hooks/catalogue.ts';
import { TestLog } from '../../../../../testing/TestLog.ts';
import { load, plugin } from '../support/load.ts';

describe('what plugins have cost', () => {
  const log = new TestLog();
  const ready = { version: '1', listen: [], containers: 0 };
  const builtIns = [
    {
      ...plugin('works', ({ hooks }) => hooks.daemon.ready.tap(() => {})),
      version: '1.2.3',
      doc: 'Does nothing.',
    },
    plugin('fails', ({ hooks }) => {
      hooks.daemon.ready.tap({ onError: 'skip' }, () => {
        throw new Error('no luck');
      });
      hooks.daemon.ready.tap({ name: 'other' }, () => {});
    }),
    plugin('idle', () => {}),
  ];

  async function call({ runner }: Generation, times: number): Promise<void> {
    for (let count = 0; count < times; count++) {
      runner.observe(catalogue.daemon.ready, ready, { log });
      await runner.observersSettled();
    }
  }

  it('is counted per tap and per plugin, with the state of its breaker', async () => {
    const { generation } = await load(builtIns, { breaker: { failures: 3, openMs: 60_000 } });
    await call(generation, 5);
    const [works, fails, idle] = pluginDetails(generation);
    assert.deepEqual(
      [works?.version, works?.doc, works?.isolation],
      ['1.2.3', 'Does nothing.', 'in-process'],
    );
    assert.deepEqual([works?.calls, works?.errors], [5, 0]);
    assert.ok((works?.p50Ms ?? -1) >= 0 && (works?.p99Ms ?? -1) >= (works?.p50Ms ?? 0));
    assert.ok((works?.loadMs ?? -1) >= 0);
    assert.deepEqual([fails?.calls, fails?.errors], [8, 3]);
    const taps = fails?.taps.map(({ tap, calls, errors, leftOut, lastError, breaker }) => [
      ...[tap, calls, errors, leftOut],
      ...[lastError, breaker],
    ]);
    assert.deepEqual(taps, [
      ['fails', 3, 3, 2, 'no luck', 'open'],
      ['fails:other', 5, 0, 0, undefined, 'closed'],
    ]);
    assert.deepEqual([idle?.calls, idle?.taps, idle?.p50Ms], [0, [], undefined]);
  });

  it('continues over a reload for an unchanged plugin only', async () => {
    const { generation: first } = await load(builtIns);
    await call(first, 2);
    const changed = builtIns.map((one) => (one.name === 'works' ? { ...one } : one));
    const { generation: second } = await load(changed, { previous: first, number: 2 });
    await call(second, 1);
    assert.deepEqual(
      pluginDetails(second).map(({ name, calls }) => [name, calls]),
      [
        ['works', 1],
        ['fails', 6],
        ['idle', 0],
      ],
    );
  });
});
