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
    changesBetween(before, after).map(({ name, isShadow, change, reason }) => [
      name,
      ...(isShadow ? ['shadow'] : []),
      change,
      ...(reason ? [reason] : []),
    ]);

  it('is nothing where nothing has changed', async () => {
    await write('same');
    const first = await loaded([entry({ path: path('same') })]);
    assert.deepEqual(seen(first, await loaded([entry({ path: path('same') })], first)), []);
  });

  it('has shadows, and why one cannot be loaded', async () => {
    await write('corp');
    await write('next', `export default { name: 'corp', setup() {} };`);
    const next = entry({ path: path('next'), shadow: true });
    const first = await loaded([entry({ path: path('corp') })]);
    const second = await loaded([entry({ path: path('corp') }), next], first);
    assert.deepEqual(seen(first, second), [['corp', 'shadow', 'added']]);
    assert.deepEqual(seen(second, await loaded([entry({ path: path('corp') }), next], second)), []);
    await write('next', 'export default {');
    const broken = await loaded([entry({ path: path('corp') }), next], second);
    const [[name, isShadow, change, reason] = []] = seen(second, broken);
    assert.deepEqual([name, isShadow, change], ['corp', 'shadow', 'quarantined']);
    assert.match(reason ?? '', /cannot be loaded|next\.mjs/);
    await write('next', `export default { name: 'corp', doc: 'New.', setup() {} };`);
    const repaired = await loaded([entry({ path: path('corp') }), next], broken);
    assert.deepEqual(seen(broken, repaired), [['corp', 'shadow', 'added']]);
    assert.deepEqual(seen(repaired, await loaded([entry({ path: path('corp') })], repaired)), [
      ['corp', 'shadow', 'removed'],
    ]);
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

  it('counts every part of an entry', async () => {
    await write('one');
    const timed = await loaded([entry({ path: path('one') })]);
    const parts: Partial<PluginEntry>[] = [
      { onError: 'skip' },
      { timeout: 7 },
      { env: { A: '1' } },
      { user: 'daemon' },
    ];
    const granted: Partial<PluginEntry> = { grants: { network: true } };
    for (const part of [...parts, granted, { limits: { pids: 9 } }])
      assert.deepEqual(
        seen(timed, await loaded([entry({ path: path('one'), ...part })], timed)),
        [['one', 'updated']],
        JSON.stringify(part),
      );
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
