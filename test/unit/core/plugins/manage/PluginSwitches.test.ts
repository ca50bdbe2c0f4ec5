import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PluginEntry } from '../../../../../config/types.ts';
import {
  changesBetween,
  DisabledPlugins,
  type Generation,
  PluginSwitches,
} from '../../../../../core/plugins/index.ts';
import type { Needs } from '../../../../../core/plugins/manage/dependents.ts';
import { Type } from '../../../../../hooks/index.ts';
import type { Plugin } from '../../../../../hooks/definePlugin.ts';
import { TestLog } from '../../../../../testing/TestLog.ts';
import { entry, load, plugin } from '../support/load.ts';

const nothing = async () => {};
const runtime = (name: string) => ({
  name,
  doc: name,
  isolation: 'namespaces' as const,
  containerdType: 'io.containerd.runc.v2',
  capabilities: {},
  probe: async () => ({ usable: true, path: '', version: '' }),
  options: async () => ({}),
});
const builtIns: Plugin[] = [
  plugin('plain', () => {}),
  { ...plugin('guard', () => {}), required: true },
  plugin('api', ({ surface }) => surface({ name: 'api', required: true, start: nothing, stop: nothing })),
  plugin('runner', (context) => context.runtime(runtime('fast') as never)),
  plugin('mounts', ({ effect }) =>
    effect({ kind: 'mounted', describe: () => 'mount', apply: nothing, undo: nothing }),
  ),
];

describe('switching plugins off and on', () => {
  let dir = '';
  let entries: PluginEntry[] = [];
  let generation: Generation;
  let needs: Omit<Needs, 'generation'>;
  const log = new TestLog();

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'switches-'));
    entries = [];
    needs = { containers: [], defaultRuntime: 'runc', isApplied: () => false };
  });
  afterEach(() => rm(dir, { recursive: true }));

  const file = () => join(dir, 'disabled-plugins.json');

  /** As a daemon that has just started. */
  async function started(): Promise<PluginSwitches> {
    const disabled = new DisabledPlugins(file(), log);
    await disabled.read();
    const loaded = async (previous?: Generation) =>
      (await load(builtIns, { entries: disabled.applyTo(entries), previous, number: 1 })).generation;
    generation = await loaded();
    return new PluginSwitches({
      disabled,
      configuration: () => ({ entries, locate: (pointer) => `pouchd.yaml:${pointer}` }),
      needs: () => ({ ...needs, generation }),
      change: (work) =>
        work(async () => {
          const before = generation;
          generation = await loaded(before);
          return { plugins: changesBetween(before, generation) };
        }),
    });
  }

  const stateOf = (name: string) => generation.plugins.find((one) => one.name === name)?.state;

  it('holds over reloads and restarts, until the plugin is enabled', async () => {
    const first = await started();
    assert.deepEqual((await first.disable('plain', {})).plugins, [{ name: 'plain', change: 'disabled' }]);
    const second = await started();
    assert.equal(stateOf('plain'), 'disabled');
    assert.equal(second.disabledBy({ name: 'plain', source: 'built-in' }), 'pouch plugin disable');
    assert.deepEqual(await second.disable('plain', {}), { plugins: [], warnings: [] });
    assert.deepEqual((await second.enable('plain')).plugins, [{ name: 'plain', change: 'enabled' }]);
    assert.deepEqual(await second.enable('plain'), { plugins: [], warnings: [] });
    await started();
    assert.equal(stateOf('plain'), 'active');
  });

  it('works for a file, which keeps its name while it is not read', async () => {
    const path = join(dir, 'file.mjs');
    await writeFile(path, `export default { name: 'named-otherwise', setup() {} };`, { mode: 0o644 });
    entries = [entry({ path })];
    await (await started()).disable('named-otherwise', {});
    const switches = await started();
    assert.equal(stateOf('named-otherwise'), 'disabled');
    await writeFile(path, 'throw new Error("broken");');
    await assert.rejects(switches.enable('named-otherwise'), {
      code: 'PCH_PLUGIN_QUARANTINED',
      message: /stays disabled: .*broken/,
    });
    assert.equal(stateOf('named-otherwise'), 'disabled');
    await writeFile(path, `export default { name: 'named-otherwise', setup() {} };`);
    await switches.enable('named-otherwise');
    assert.equal(stateOf('named-otherwise'), 'active');
  });

  it('leaves `enabled: false` of pouchd.yaml alone', async () => {
    entries = [entry({ name: 'plain', enabled: false })];
    const switches = await started();
    await assert.rejects(switches.enable('plain'), {
      code: 'PCH_CONFLICT',
      message: 'plugin plain is disabled by `enabled: false` at pouchd.yaml:/plugins/0/enabled',
    });
    entries = [];
    await started();
    assert.equal(stateOf('plain'), 'active');
  });

  it('refuses plugins that pouchd needs, whatever is forced', async () => {
    const switches = await started();
    for (const force of [false, true])
      await assert.rejects(switches.disable('api', { force }), {
        code: 'PCH_PLUGIN_NEEDED',
        message: /pouchd does not serve without its surface api/,
      });
    await assert.rejects(switches.disable('nosuch', {}), { code: 'PCH_NOT_FOUND' });
    assert.deepEqual(await readdir(dir), []);
  });

  it('refuses a script of hooks.d, which has no entry', async () => {
    const path = join(dir, 'script.mjs');
    await writeFile(path, `export default { name: 'script', setup() {} };`, { mode: 0o644 });
    entries = [entry({ path })];
    const switches = await started();
    entries = [];
    await assert.rejects(switches.disable('script', {}), {
      code: 'PCH_CONFLICT',
      message: `plugin script has no entry in pouchd.yaml: it is ${path}`,
    });
    assert.equal(stateOf('script'), 'active');
  });

  const inUse: [string, string, Partial<Needs>, RegExp][] = [
    ['a required plugin', 'guard', {}, /it is required/],
    ['the default runtime', 'runner', { defaultRuntime: 'fast' }, /fast is the default one/],
    [
      'a runtime of containers',
      'runner',
      { containers: ['a', 'b', 'c', 'd'].map((name) => ({ name, runtime: 'fast' })) },
      /fast runs a, b, c and 1 others/,
    ],
    ['effects', 'mounts', { isApplied: () => true }, /effects of it \(mounted\)/],
  ];
  for (const [what, name, found, reason] of inUse)
    it(`refuses ${what} unless forced, and then warns`, async () => {
      const switches = await started();
      needs = { ...needs, ...found };
      await assert.rejects(switches.disable(name, {}), { code: 'PCH_PLUGIN_NEEDED', message: reason });
      assert.equal(stateOf(name), 'active');
      const { warnings } = await switches.disable(name, { force: true });
      assert.match(warnings.join(), reason);
      assert.equal(stateOf(name), 'disabled');
    });

  it('sets a damaged file aside, and works on', async () => {
    await writeFile(file(), '{"version": 1, "disabled": [7]}');
    const switches = await started();
    assert.equal(stateOf('plain'), 'active');
    assert.deepEqual(await readdir(dir), ['disabled-plugins.json.damaged']);
    await switches.disable('plain', {});
    await started();
    assert.equal(stateOf('plain'), 'disabled');
  });

  it('does not touch the file of a newer Pouch', async () => {
    const newer = '{"version": 99}';
    await writeFile(file(), newer);
    await assert.rejects((await started()).disable('plain', {}), {
      code: 'PCH_CONFLICT',
      message: /version 1, found 99 of a newer Pouch/,
    });
    assert.equal(await readFile(file(), 'utf8'), newer);
    await rm(file());
    await (await started()).disable('plain', {});
  });

  it('passes no options to a plugin that is disabled', async () => {
    const typed = { ...plugin('typed', () => {}), options: Type.Object({ must: Type.String() }) };
    const disabled = new DisabledPlugins(file(), log);
    await disabled.add({ name: 'typed', source: 'built-in' });
    const { generation: loaded } = await load([typed], { entries: disabled.applyTo([]) });
    assert.equal(loaded.plugins[0]?.state, 'disabled');
  });
});
