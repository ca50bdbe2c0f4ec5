import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PluginEntry } from '../../../../../config/types.ts';
import { type Generation, PromotedPlugins, ShadowSwitches } from '../../../../../core/plugins/index.ts';
import type { Plugin } from '../../../../../hooks/definePlugin.ts';
import { token } from '../../../../../hooks/token.ts';
import { TestLog } from '../../../../../testing/TestLog.ts';
import { entry, load, plugin } from '../support/load.ts';

const Users = token<object>('corp.users');
const corp = plugin('corp', () => {});

describe('promoting a shadow', () => {
  let dir = '';
  let entries: PluginEntry[] = [];
  let builtIns: Plugin[] = [];
  let generation: Generation;
  const log = new TestLog();

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'promoted-'));
    builtIns = [corp];
  });
  afterEach(() => rm(dir, { recursive: true }));

  async function write(name: string, text: string): Promise<string> {
    const path = join(dir, name);
    await writeFile(path, text, { mode: 0o644 });
    return path;
  }

  const module = (setup = '') => `export default { name: 'corp', setup() { ${setup} } };`;

  /** As a daemon that has just started. */
  async function started(): Promise<ShadowSwitches> {
    const promoted = new PromotedPlugins(join(dir, 'promoted-plugins.json'), log);
    await promoted.read();
    const loaded = async (previous?: Generation) =>
      (await load(builtIns, { entries: promoted.applyTo(entries), previous, number: 1, timeoutMs: 2000 }))
        .generation;
    generation = await loaded();
    return new ShadowSwitches({
      promoted,
      current: () => generation,
      configuration: () => ({ entries, locate: (pointer) => `pouchd.yaml${pointer}` }),
      change: (work) =>
        work(async () => {
          generation = await loaded(generation);
          return { plugins: [] };
        }),
    });
  }

  const serving = () =>
    generation.plugins.filter(({ name }) => name === 'corp').map(({ source, state }) => [source, state]);

  it('swaps the two, also over a restart, and says what to change in pouchd.yaml; demote swaps back', async () => {
    const [old, fresh] = [await write('old.mjs', module()), await write('new.mjs', module())];
    builtIns = [];
    entries = [entry({ path: old }), entry({ path: fresh, shadow: true })];
    const switches = await started();
    assert.deepEqual(serving(), [[old, 'active']]);
    const { advice } = await switches.promote('corp');
    assert.deepEqual(advice, [
      `remove the entry of ${old} at pouchd.yaml/plugins/0`,
      'remove `shadow: true` at pouchd.yaml/plugins/1/shadow',
    ]);
    assert.deepEqual([serving(), generation.shadows.length], [[[fresh, 'active']], 0]);
    const again = await started();
    assert.deepEqual(serving(), [[fresh, 'active']]);
    // What the advice says makes the promotion void.
    entries = [entry({ path: fresh })];
    await started();
    assert.deepEqual(serving(), [[fresh, 'active']]);
    entries = [entry({ path: old }), entry({ path: fresh, shadow: true })];
    await again.demote('corp');
    assert.deepEqual([serving(), generation.shadows.length], [[[old, 'active']], 1]);
    await assert.rejects(again.demote('corp'), { code: 'PCH_NOT_FOUND' });
  });

  it('takes the place of a built-in plugin without an entry is a clash, so the promotion is refused', async () => {
    const fresh = await write('new.mjs', module());
    entries = [entry({ path: fresh, shadow: true })];
    const switches = await started();
    await assert.rejects(switches.promote('corp'), { code: 'PCH_PLUGIN_QUARANTINED' });
    assert.deepEqual([serving(), generation.shadows.length], [[['built-in', 'active']], 1]);
    entries = [entry({ name: 'corp' }), entry({ path: fresh, shadow: true })];
    await (await started()).promote('corp');
    assert.deepEqual(serving(), [[fresh, 'active']]);
  });

  it('is refused for a shadow that cannot be loaded, and for none', async () => {
    const broken = await write('broken.mjs', module(`throw new Error('broken')`));
    entries = [entry({ path: broken, shadow: true })];
    const switches = await started();
    await assert.rejects(switches.promote('corp'), {
      code: 'PCH_PLUGIN_QUARANTINED',
      message: /plugin corp is not promoted: .*broken/,
    });
    await assert.rejects(switches.promote('other'), { code: 'PCH_NOT_FOUND' });
    assert.deepEqual(serving(), [['built-in', 'active']]);
    assert.deepEqual(
      (await readdir(dir)).filter((name) => name.endsWith('.json')),
      [],
    );
  });

  it('is refused while another plugin needs what only the old version provides', async () => {
    const old: Plugin = {
      ...plugin('corp', ({ provide }) => provide({ users: {} })),
      version: '1.0.0',
      provides: { users: Users },
    };
    const client: Plugin = { ...plugin('client', () => {}), inject: { users: Users } };
    builtIns = [old, client];
    entries = [entry({ name: 'corp' }), entry({ path: await write('new.mjs', module()), shadow: true })];
    const switches = await started();
    await assert.rejects(switches.promote('corp'), /plugin client cannot be without the replaced version/);
    assert.deepEqual(serving(), [['built-in', 'active']]);
    assert.deepEqual(
      generation.plugins.map(({ state }) => state),
      ['active', 'active'],
    );
  });

  it('a damaged list is set aside and promotes nothing', async () => {
    await write('promoted-plugins.json', '{');
    await started();
    assert.ok((await readdir(dir)).includes('promoted-plugins.json.damaged'));
  });
});
