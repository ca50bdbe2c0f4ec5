import assert from 'node:assert/strict';
import { catalogue } from '../../../../hooks/catalogue.ts';
import type { ContainerCondition } from '../../../../hooks/containerCondition.ts';
import type { Tappable, TapOptions } from '../../../../hooks/defineHook.ts';
import type { ContainerRecord } from '../../../../hooks/engine.ts';
import { TestLog } from '../../../../testing/TestLog.ts';
import { makeDraft } from './support/draft.ts';
import { load, plugin } from './support/load.ts';

const { preCreate, prestart, selectRuntime } = catalogue.container;
const log = new TestLog();
const tap = (point: Tappable<unknown>, when: unknown) => point.tap({ when } as TapOptions, () => undefined);

describe('`when` of a tap', () => {
  const draft = makeDraft({
    rich: { enabled: true, mode: 'systemd', initScript: '' },
    labels: { tier: 'web-1' },
    runtime: 'crun',
  });
  const conditions: [ContainerCondition, boolean][] = [
    [{}, true],
    [{ rich: true }, true],
    [{ rich: 'systemd' }, true],
    [{ rich: 'sbin-init' }, false],
    [{ rich: false }, false],
    [{ label: 'tier' }, true],
    [{ label: 'tier=web-*' }, true],
    [{ label: 'tier=db' }, false],
    [{ runtime: 'crun' }, true],
    [{ runtime: 'runc' }, false],
    [{ image: '*debian*', rich: true }, true],
    [{ image: '*alpine*', rich: true }, false],
  ];
  for (const [when, isCalled] of conditions)
    it(`${JSON.stringify(when)} ${isCalled ? 'calls' : 'does not call'} it`, async () => {
      const called: string[] = [];
      const { generation, runner } = await load([
        plugin('a', ({ hooks }) => {
          hooks.container.preCreate.tap({ when }, () => void called.push('plan'));
          hooks.container.selectRuntime.tap({ when }, () => void called.push('bail'));
          hooks.container.prestart.tap({ when }, () => void called.push('apply'));
        }),
      ]);
      await runner.plan(preCreate, draft, { log });
      await runner.bail(selectRuntime, draft, { log });
      const container = { id: 'a', name: 'web', draft } as unknown as ContainerRecord;
      await runner.apply(prestart, { container, netns: '' }, { log });
      assert.deepEqual(called, isCalled ? ['plan', 'bail', 'apply'] : []);
      const [figures] = generation.versions.get('a')!.figures.values();
      assert.equal(figures?.calls ?? 0, Number(isCalled));
    });

  it('sees what the taps before it have changed', async () => {
    const { runner } = await load([
      plugin('a', ({ hooks }) => hooks.container.preCreate.tap((own) => void (own.labels['tier'] = 'db'))),
      plugin('b', ({ hooks }) =>
        hooks.container.preCreate.tap(
          { when: { label: 'tier=db' } },
          (own) => void (own.labels['b'] = 'yes'),
        ),
      ),
    ]);
    assert.equal((await runner.plan(preCreate, makeDraft(), { log })).draft.labels['b'], 'yes');
  });

  const refused: [string, 'preCreate' | 'preUpdate', unknown, RegExp][] = [
    ['where no container is known', 'preUpdate', { rich: true }, /`when`, but the input of that hook point/],
    ['with an unknown field', 'preCreate', { lable: 'x' }, /`when` must be an object with rich, runtime/],
    ['with a wrong type', 'preCreate', { label: 5 }, /`when` must be/],
    ['that is not an object', 'preCreate', 'rich', /`when` must be/],
  ];
  for (const [what, point, when, message] of refused)
    it(`is refused ${what}`, async () => {
      const { generation } = await load([plugin('a', ({ hooks }) => tap(hooks.container[point], when))]);
      assert.match(generation.plugins[0]?.error ?? '', message);
    });
});
