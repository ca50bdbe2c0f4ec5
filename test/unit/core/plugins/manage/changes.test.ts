import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PluginEntry } from '../../../../../config/types.ts';
import { changesBetween, type Generation } from '../../../../../core/plugins/index.ts';
import { entry, load, plugin } from '../support/load.ts';

describe('what a reload has changed', () => {
  let dir = '';
  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'changes-'));
  });
  after(() => rm(dir, { recursive: true }));

  const builtIns = [plugin('built-in', () => {})];
  const path = (name: string) => join(dir, `${name}.mjs`);
  const write = (name: string, text = `export default { name: '${name}', setup() {} };`) =>
    writeFile(path(name), text, { mode: 0o644 });
  const loaded = async (entries: PluginEntry[], previous?: Generation) =>
    (await load(builtIns, { entries, previous, number: (previous?.number ?? 0) + 1 })).generation;
  const seen = (before: Generation, after: Generation) =>
    changesBetween(before, after).map(({ name, change, reason }) => [
      name,
      change,
      ...(reason ? [reason] : []),
    ]);

  it('is nothing where nothing has changed', async () => {
    await write('same');
    const first = await loaded([entry({ path: path('same') })]);
    assert.deepEqual(seen(first, await loaded([entry({ path: path('same') })], first)), []);
  });

  it('names each plugin with its change', async () => {
    for (const name of ['edited', 'gone', 'off', 'on']) await write(name);
    const first = await loaded([
      entry({ path: path('edited') }),
      entry({ path: path('gone') }),
      entry({ path: path('off') }),
      entry({ path: path('on'), enabled: false }),
    ]);
    await write('edited', `export default { name: 'edited', doc: 'New.', setup() {} };`);
    await write('new');
    const second = await loaded(
      [
        entry({ path: path('edited') }),
        entry({ path: path('off'), enabled: false }),
        entry({ path: path('on') }),
        entry({ path: path('new') }),
        entry({ name: 'built-in', timeout: 7 }),
      ],
      first,
    );
    assert.deepEqual(seen(first, second), [
      ['edited', 'updated'],
      ['off', 'disabled'],
      ['on', 'enabled'],
      ['new', 'added'],
      ['built-in', 'updated'],
      ['gone', 'removed'],
    ]);
  });

  it('gives the reason where a new version does not serve, and where it does again', async () => {
    await write('kept');
    const first = await loaded([entry({ path: path('kept') })]);
    await write('kept', 'throw new Error("broken");');
    await write('broken', 'throw new Error("broken");');
    const entries = ['kept', 'broken'].map((name) => entry({ path: path(name) }));
    const second = await loaded(entries, first);
    const [kept, broken] = changesBetween(first, second);
    assert.equal(kept?.change, 'kept');
    assert.match(kept?.reason ?? '', /^serves the version of generation 1: .*broken/);
    assert.equal(broken?.change, 'quarantined');
    assert.match(broken?.reason ?? '', /broken/);
    for (const name of ['kept', 'broken']) await write(name);
    assert.deepEqual(seen(second, await loaded(entries, second)), [['broken', 'added']]);
  });
});
