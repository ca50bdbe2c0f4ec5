import assert from 'node:assert/strict';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { containerWith, KeptPlugins } from '../../../../core/plugins/index.ts';
import { systemClock } from '../../../../core/systemClock.ts';
import type { PluginVersion } from '../../../../core/plugins/load/PluginVersion.ts';
import { definePlugin, type Plugin, token } from '../../../../hooks/index.ts';
import { inProcessFiles } from '../files/inProcessFiles.ts';
import { temporaryDirectory } from '../temporaryDirectory.ts';
import { host } from './support/host.ts';
import { load, plugin, rejection } from './support/load.ts';
import { TestLog } from '../../../../testing/TestLog.ts';

describe('the last version of a plugin', () => {
  const directory = temporaryDirectory();
  const log = new TestLog();
  let applied = new Set<string>();
  let disposed = 0;
  let serving: PluginVersion[] = [];
  const marks = plugin('marks', ({ effect, onDispose }) => {
    const nothing = () => Promise.resolve();
    effect({ kind: 'mark', describe: () => 'make a mark', apply: nothing, undo: nothing });
    onDispose(() => void (disposed += 1));
  });

  beforeEach(() => {
    applied = new Set(['mark']);
    disposed = 0;
    serving = [];
  });

  const keptBy = (builtIns: readonly Plugin[]) =>
    new KeptPlugins({
      directory: directory.path,
      builtIns,
      log,
      processes: () => ({ timeoutMs: 1000 }),
      container: () => containerWith({ clock: systemClock, files: inProcessFiles(), host, log }),
      serving: () => serving,
      isApplied: (kind) => applied.has(kind),
    });

  it('undoes effects in a later daemon, and is forgotten when none is left', async () => {
    await keptBy([marks]).keep((await load([marks])).generation);
    const later = keptBy([marks]);
    const { generation } = await load([]);
    await later.prune(generation);
    assert.equal((await later.kindForUndo('mark'))?.plugin, 'marks');
    assert.equal(await later.kindForUndo('other'), undefined);
    applied.clear();
    await later.prune(generation);
    assert.equal(disposed, 1);
    assert.deepEqual(await readdir(directory.path), []);
  });

  it('is kept without effects as long as the plugin is loaded', async () => {
    const { generation } = await load([marks]);
    const kept = keptBy([marks]);
    await kept.keep(generation);
    applied.clear();
    await kept.prune(generation);
    assert.deepEqual(await readdir(directory.path), ['marks.json']);
  });

  it('names the plugin if it cannot be loaded', async () => {
    await keptBy([marks]).keep((await load([marks])).generation);
    const { code, plugin: named, message } = await rejection(keptBy([]).kindForUndo('mark'));
    assert.deepEqual([code, named], ['PCH_PLUGIN_LOAD', 'marks']);
    assert.match(message, /^the last version of plugin marks cannot be loaded: /);
  });

  it('has services of the plugins that serve, and names the one that it lacks', async () => {
    const Names = token<{ next(): string }>('names.names');
    const names = definePlugin({
      name: 'names',
      version: '1.0.0',
      provides: { names: Names },
      setup: ({ provide }) => provide({ names: { next: () => 'ann' } }),
    }) as Plugin;
    const undone: string[] = [];
    const users = definePlugin({
      name: 'users',
      inject: { names: Names },
      setup({ effect, services }) {
        const nothing = () => Promise.resolve();
        const undo = async () => void undone.push(services.names.next());
        effect({ kind: 'mark', describe: () => 'make a mark', apply: nothing, undo });
      },
    }) as Plugin;
    const { generation } = await load([names, users]);
    await keptBy([users]).keep(generation);
    assert.match(
      (await rejection(keptBy([users]).kindForUndo('mark'))).message,
      /injects the service names\.names/,
    );
    serving = [...(await load([names])).generation.versions.values()];
    const kind = await keptBy([users]).kindForUndo('mark');
    await kind?.undo({}, undefined, {} as never);
    assert.deepEqual(undone, ['ann']);
  });

  it('is passed over if its file is damaged', async () => {
    await writeFile(join(directory.path, 'marks.json'), '{');
    assert.equal(await keptBy([marks]).kindForUndo('mark'), undefined);
    assert.equal(log.lines.at(-1)?.message, 'a kept plugin cannot be read');
  });
});
