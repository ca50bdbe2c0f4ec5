import assert from 'node:assert/strict';
import { catalogue } from '../../../../hooks/catalogue.ts';
import type { TapOptions } from '../../../../hooks/defineHook.ts';
import { makeDraft } from './support/draft.ts';
import { entry, load, plugin } from './support/load.ts';
import type { LoadPluginsOptions } from '../../../../core/plugins/index.ts';

const { preCreate } = catalogue.container;

type Wishes = Record<string, TapOptions>;

/** Loads a plugin per name with these tap options; returns the order in which they run, and the faults. */
async function orderOf(wishes: Wishes, options: Partial<LoadPluginsOptions> = {}) {
  const order: string[] = [];
  const plugins = Object.entries(wishes).map(([name, tap]) =>
    plugin(name, ({ hooks }) => hooks.container.preCreate.tap(tap, () => void order.push(name))),
  );
  const { runner, log, generation } = await load(plugins, options);
  await runner.plan(preCreate, makeDraft(), { log });
  const faults = generation.plugins.filter(({ state }) => state === 'quarantined');
  return { order, faults: faults.map(({ name, error }) => `${name}: ${error}`) };
}

describe('the order of taps', () => {
  it('is that of the configuration between equals: built-in ones first, then as listed', async () => {
    const entries = [entry({ name: 'c' }), entry({ name: 'a' })];
    assert.deepEqual((await orderOf({ a: {}, b: {}, c: {} }, { entries })).order, ['b', 'c', 'a']);
  });

  it('goes by phase', async () => {
    const { order } = await orderOf({
      e: { phase: 'late' },
      d: { phase: 'after' },
      c: {},
      b: { phase: 'before' },
      a: { phase: 'early' },
    });
    assert.deepEqual(order, ['a', 'b', 'c', 'd', 'e']);
  });

  it('goes by before and after within a phase, and disturbs nobody else', async () => {
    const { order } = await orderOf({ a: { after: ['d'] }, b: {}, c: {}, d: { before: ['c'] } });
    assert.deepEqual(order, ['b', 'd', 'a', 'c']);
  });

  it('holds across phases as they are', async () => {
    const { order, faults } = await orderOf({ a: { after: ['b'] }, b: { phase: 'early' } });
    assert.deepEqual([order, faults], [['b', 'a'], []]);
  });

  it('needs no one who is optional, disabled or quarantined', async () => {
    const { order, faults } = await orderOf(
      { a: { after: ['gone?', 'off', 'bad'] }, off: {}, bad: { after: ['nobody'] } },
      { entries: [entry({ name: 'off', enabled: false })] },
    );
    assert.deepEqual(order, ['a']);
    assert.equal(faults.length, 1);
  });

  it('reports an unknown name, with a near one', async () => {
    const { order, faults } = await orderOf({ 'network-cni': {}, a: { after: ['network-cmi'] } });
    assert.deepEqual(order, ['network-cni']);
    assert.deepEqual(faults, [
      'a: plugin a wants to run after network-cmi in container.preCreate, but no plugin is named network-cmi (did you mean network-cni?)',
    ]);
  });

  describe('a name in `overrides`', () => {
    it('may be any plugin’s, also a disabled one’s, with a `?` one that is missing, or `*`', async () => {
      const overrides = ['b', 'off', 'gone?', '*'];
      const entries = [entry({ name: 'off', enabled: false })];
      assert.deepEqual((await orderOf({ a: { overrides }, b: {}, off: {} }, { entries })).faults, []);
    });

    const wrong: Record<string, string> = {
      'network-cmi': 'but no plugin is named network-cmi (did you mean network-cni?)',
      a: 'which is itself (drop that wish)',
      'network-cni:tap': "which is a tap; fields belong to plugins (write 'network-cni')",
    };
    for (const [name, problem] of Object.entries(wrong))
      it(`${name} is an error when the plugin is loaded`, async () => {
        const { order, faults } = await orderOf({ 'network-cni': {}, a: { overrides: [name] } });
        assert.deepEqual(order, ['network-cni']);
        assert.deepEqual(faults, [
          `a: plugin a wants to override ${name} in container.preCreate, ${problem}`,
        ]);
      });
  });

  it('reports an unknown tap of a known plugin', async () => {
    const { faults } = await orderOf({ a: { name: 'one' }, b: { after: ['a:two'] } });
    assert.match(
      faults[0] ?? '',
      /b: plugin b wants to run after a:two .* a has no such tap there \(it has a:one\)/,
    );
  });

  it('reports a circle with every name in it, and leaves out the one that came last', async () => {
    const { order, faults } = await orderOf({ a: { before: ['b'] }, x: {}, b: { before: ['a'] } });
    assert.deepEqual(order, ['a', 'x']);
    assert.equal(faults.length, 1);
    assert.match(faults[0] ?? '', /^b: .*circle: .*a before b \(asked by a\).*/);
    assert.match(faults[0] ?? '', /b before a \(asked by b\)/);
  });

  it('reports a circle of three', async () => {
    const { order, faults } = await orderOf({
      a: { before: ['b'] },
      b: { before: ['c'] },
      c: { before: ['a'] },
    });
    assert.deepEqual([order, faults.length], [['a', 'b'], 1]);
    assert.match(faults[0] ?? '', /^c: /);
  });

  it('reports a wish against the phases, and one for itself', async () => {
    const { faults } = await orderOf({
      a: { phase: 'late' },
      b: { phase: 'early', after: ['a'] },
      c: { before: ['c'] },
    });
    assert.match(faults[0] ?? '', /b: plugin b wants a \(phase late\) to run before b \(phase early\)/);
    assert.match(faults[1] ?? '', /c: plugin c wants to run before c .* itself/);
  });
});
