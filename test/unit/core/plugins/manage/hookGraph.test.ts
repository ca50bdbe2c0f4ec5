import assert from 'node:assert/strict';
import { hookGraphs } from '../../../../../core/plugins/manage/hookGraph.ts';
import { load, plugin } from '../support/load.ts';

describe('the graph of hooks', () => {
  const builtIns = [
    plugin('last', ({ hooks }) => {
      hooks.container.spec.tap({ phase: 'late' }, () => {});
      hooks.container.preCreate.tap({ after: ['first'], overrides: ['first'], timeoutMs: 7 }, () => {});
    }),
    plugin('first', ({ hooks }) => {
      hooks.container.preCreate.tap({ name: 'labels', onError: { retry: 2 } }, () => {});
    }),
  ];

  it('has the taps in the order in which they are called, with what they ask for', async () => {
    const { generation } = await load(builtIns);
    const [graph] = hookGraphs(generation, 'container.preCreate');
    assert.deepEqual(
      graph?.taps.map(({ label, phase, after, overrides, onError, timeoutMs }) => [
        ...[label, phase, after.join(), overrides.join(), onError],
        timeoutMs === 7,
      ]),
      [
        ['first:labels', 'main', '', '', 'retry(2)', false],
        ['last', 'main', 'first', 'first', graph?.taps[1]?.onError, true],
      ],
    );
    assert.deepEqual(graph?.edges, [{ from: 'first:labels', to: 'last', by: 'last' }]);
  });

  it('has all points that are tapped, in the order of the catalogue', async () => {
    const { generation } = await load(builtIns);
    assert.deepEqual(
      hookGraphs(generation).map(({ hook, kind }) => `${hook} ${kind}`),
      ['container.preCreate plan', 'container.spec plan'],
    );
    assert.deepEqual(hookGraphs(generation, 'daemon.ready'), []);
  });

  it('is refused for a point that does not exist, with the nearest name', async () => {
    const { generation } = await load(builtIns);
    assert.throws(() => hookGraphs(generation, 'container.precreate'), {
      code: 'PCH_HOOK_UNKNOWN',
      message: 'no hook point is named container.precreate',
      hint: /container\.preCreate/,
    });
  });
});
