import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import tar from 'tar-stream';
import type { PluginEntry } from '../../../../../config/types.ts';
import { digestOf } from '../../../../../core/plugins/install/packageDigest.ts';
import { entryFile } from '../../../../../core/plugins/load/entryFile.ts';
import { unpackPackage } from '../../../../../core/plugins/install/unpackPackage.ts';
import {
  changesBetween,
  checkPlugin,
  DisabledPlugins,
  type Generation,
  InstalledPlugins,
  PluginInstaller,
} from '../../../../../core/plugins/index.ts';
import { TestLog } from '../../../../../testing/TestLog.ts';
import { entry, load, plugin } from '../support/load.ts';

type Header = Parameters<tar.Pack['entry']>[0];

/** A tar archive, compressed as `npm pack` does. */
async function archive(entries: readonly (Header & { text?: string })[]): Promise<Readable> {
  const pack = tar.pack();
  for (const { text = '', ...header } of entries) pack.entry(header, text);
  pack.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of pack as unknown as AsyncIterable<Buffer>) chunks.push(chunk);
  return Readable.from([gzipSync(Buffer.concat(chunks))]);
}

/** A package of npm with one plugin. */
function npmPackage(version: string, { name = 'packed', setup = '' } = {}) {
  const code = `export default { name: '${name}', version: '${version}', setup() { ${setup} } };`;
  return archive([
    { name: 'package/package.json', text: JSON.stringify({ name: `@corp/${name}`, main: 'lib/main.mjs' }) },
    { name: 'package/lib/main.mjs', text: code },
  ]);
}

let dir = '';
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'install-'));
});
afterEach(() => rm(dir, { recursive: true }));

describe('unpacking a package', () => {
  const refused: [string, (Header & { text?: string })[], RegExp][] = [
    [
      'a symbolic link',
      [{ name: 'a', type: 'symlink', linkname: '/etc' }],
      /a is a symlink: only plain files/,
    ],
    ['a hard link', [{ name: 'a', type: 'link', linkname: '/etc/passwd' }], /a is a link/],
    ['a device', [{ name: 'a', type: 'character-device' }], /a is a character-device/],
    ['a path upwards', [{ name: '../a' }], /it has the path "\.\.\/a"/],
    ['a path upwards behind npm’s folder', [{ name: 'package/../../a' }], /it has the path/],
    ['an absolute path', [{ name: '/etc/a' }], /it has the path "\/etc\/a"/],
    ['a line break', [{ name: 'a\nb' }], /it has the path/],
    ['a name that comes twice', [{ name: 'a' }, { name: './a' }], /a comes twice/],
    ['a file that is a folder too', [{ name: 'a' }, { name: 'a/b' }], /EEXIST|ENOTDIR/],
    ['no files', [{ name: 'a', type: 'directory' }], /it has no files/],
    ['too many files', [{ name: 'a' }, { name: 'b' }, { name: 'c' }, { name: 'd' }], /more than 3 files/],
    ['too much content', [{ name: 'a', text: 'x'.repeat(101) }], /too much content/],
  ];
  for (const [what, entries, message] of refused)
    it(`refuses ${what}`, async () => {
      await assert.rejects(unpackPackage(await archive(entries), dir, { bytes: 100, files: 3 }), {
        code: 'PCH_PLUGIN_PACKAGE',
        message,
      });
    });

  it('refuses what is not an archive', () =>
    assert.rejects(unpackPackage(Readable.from([Buffer.alloc(2000, 'x')]), dir), {
      code: 'PCH_PLUGIN_PACKAGE',
    }));

  it('takes files without setuid, owner and times: the digest is that of paths, contents and executability', async () => {
    const files = [
      { name: 'a/run', text: 'x', mode: 0o6755, uid: 7, mtime: new Date(7) },
      { name: 'b', text: 'y', mode: 0o666 },
    ];
    const digest = async (entries: readonly Header[], name: string) =>
      digestOf((await unpackPackage(await archive(entries), join(dir, name))).files);
    const first = await digest(files, 'one');
    const again = [files[1]!, { ...files[0]!, mode: 0o700, uid: 0, mtime: new Date(9) }];
    assert.equal(await digest(again, 'two'), first);
    const other = [files[1]!, { ...files[0]!, mode: 0o600 }];
    assert.notEqual(await digest(other, 'three'), first);
    const wrapped = files.map(({ name, ...rest }) => ({ name: `package/${name}`, ...rest }));
    assert.equal(await digest(wrapped, 'four'), first);
  });
});

describe('installing plugins', () => {
  const builtIns = [plugin('built-in', () => {})];
  const log = new TestLog();
  let entries: PluginEntry[] = [];
  let generation: Generation;
  let installed: InstalledPlugins;

  beforeEach(() => (entries = []));

  /** As a daemon that has just started. */
  async function started(): Promise<PluginInstaller> {
    installed = new InstalledPlugins(dir, log);
    await installed.read();
    const disabled = new DisabledPlugins(join(dir, 'disabled.json'), log);
    await disabled.read();
    const loaded = async (previous?: Generation) => {
      const all = disabled.applyTo(installed.applyTo(entries)).map(entry);
      const refused = await installed.tampered();
      return (await load(builtIns, { entries: all, previous, number: 1, refused })).generation;
    };
    generation = await loaded();
    await installed.prune([]);
    return new PluginInstaller({
      installed,
      check: async (folder) => {
        const path = await entryFile(folder).catch(() => folder);
        return await checkPlugin(folder, { builtIns, entries: [entry({ path })] });
      },
      change: (work) =>
        work(async () => {
          const before = generation;
          generation = await loaded(before);
          return { plugins: changesBetween(before, generation) };
        }),
      plugins: () => generation.plugins,
      entryOf: (name) => (entries.some((one) => one.name === name) ? 'pouchd.yaml:3' : undefined),
      fetchArtifact: () => Promise.reject(new Error('no registry')),
    });
  }

  const from = { source: '/tmp/packed.tgz' };
  const state = () => generation.plugins.find(({ name }) => name === 'packed')?.state;
  const serving = () => generation.versions.get('packed')?.plugin.version;
  const folders = async () => (await readdir(join(dir, 'plugin-packages/packed')).catch(() => [])).length;

  it('activates a package, pinned over restarts, and goes back to the version before', async () => {
    const first = await started();
    const one = await first.install(await npmPackage('1.0.0'), from);
    assert.deepEqual(one.plugins, [{ name: 'packed', change: 'added' }]);
    assert.equal(one.version, '1.0.0');
    const second = await started();
    assert.equal(serving(), '1.0.0');
    const two = await second.install(await npmPackage('2.0.0'), from);
    assert.notEqual(two.digest, one.digest);
    assert.equal(serving(), '2.0.0');
    assert.equal((await second.rollback('packed')).digest, one.digest);
    assert.equal(serving(), '1.0.0');
    assert.equal((await second.rollback('packed')).digest, two.digest);
    await (await started()).install(await npmPackage('3.0.0'), from);
    await started();
    assert.deepEqual([serving(), await folders()], ['3.0.0', 2]);
  });

  it('removes at the next start what an install has left that was cut off', async () => {
    const packages = join(dir, 'plugin-packages');
    await (await started()).install(await npmPackage('1.0.0'), from);
    await mkdir(join(packages, '.new-left/.unpacked'), { recursive: true });
    await started();
    assert.deepEqual(await readdir(packages), ['packed']);
    assert.equal(serving(), '1.0.0');
  });

  it('takes a folder without package.json by its name', async () => {
    const files = [{ name: 'bare.mjs', text: `export default { name: 'packed', setup() {} };` }];
    await (await started()).install(await archive(files), { ...from, name: 'bare' });
    assert.equal(state(), 'active');
  });

  it('leaves none of a package that cannot be loaded, and what served before serves', async () => {
    const installer = await started();
    const broken = () => archive([{ name: 'package/packed.mjs', text: 'export default {' }]);
    for (const served of [undefined, '1.0.0']) {
      await assert.rejects(installer.install(await broken(), { ...from, name: 'packed' }), {
        code: 'PCH_PLUGIN_LOAD',
        message: /plugin packed is not installed: .*cannot be loaded/,
      });
      const fails = await npmPackage('9.0.0', { setup: 'throw new Error("no luck");' });
      await assert.rejects(installer.install(fails, from), {
        code: 'PCH_PLUGIN_QUARANTINED',
        message: /is not installed: .*no luck/,
      });
      assert.equal(serving(), served);
      await installer.install(await npmPackage('1.0.0'), from);
      assert.equal(serving(), '1.0.0');
    }
    await assert.rejects(installer.rollback('packed'), { code: 'PCH_CONFLICT' });
    await started();
    assert.deepEqual([serving(), await folders()], ['1.0.0', 1]);
    assert.deepEqual(await readdir(join(dir, 'plugin-packages')), ['packed']);
  });

  it('refuses a name that another plugin has', async () => {
    const installer = await started();
    await assert.rejects(installer.install(await npmPackage('1.0.0', { name: 'built-in' }), from), {
      code: 'PCH_PLUGIN_CLASH',
    });
    const path = join(dir, 'mine.mjs');
    await writeFile(path, `export default { name: 'packed', setup() {} };`, { mode: 0o644 });
    entries = [entry({ path })];
    const again = await started();
    await assert.rejects(again.install(await npmPackage('1.0.0'), from), {
      code: 'PCH_ALREADY_EXISTS',
      message: `the plugin name packed belongs to ${path}`,
    });
  });

  it('does not load files that are not those of the lock file', async () => {
    const installer = await started();
    const { digest } = await installer.install(await npmPackage('1.0.0'), from);
    const file = join(installed.folderOf('packed', { digest }), 'lib/main.mjs');
    await writeFile(file, 'globalThis.tampered = true; export default { name: "packed", setup() {} };');
    const again = await started();
    assert.equal(state(), 'quarantined');
    assert.equal((globalThis as { tampered?: true }).tampered, undefined);
    const { error } = generation.plugins.find(({ name }) => name === 'packed')!;
    assert.match(error ?? '', /the files of plugin packed are not what was installed: expected sha256:/);
    await again.install(await npmPackage('1.0.0'), from);
    assert.equal(serving(), '1.0.0');
    await writeFile(join(installed.folderOf('packed', { digest }), 'more.mjs'), '');
    await started();
    assert.equal(state(), 'quarantined');
  });

  it('gets options and `enabled` from an entry by name', async () => {
    await (await started()).install(await npmPackage('1.0.0'), from);
    entries = [entry({ name: 'packed', enabled: false })];
    await started();
    assert.equal(state(), 'disabled');
    entries = [entry({ name: 'packed', options: { surprise: 1 } })];
    await started();
    assert.match(generation.plugins.find(({ name }) => name === 'packed')?.error ?? '', /surprise/);
    entries = [];
    await started();
    assert.equal(state(), 'active');
  });

  it('removes a plugin', async () => {
    const installer = await started();
    await installer.install(await npmPackage('1.0.0'), from);
    assert.deepEqual((await installer.remove('packed')).plugins, [{ name: 'packed', change: 'removed' }]);
    await assert.rejects(installer.remove('packed'), { code: 'PCH_NOT_FOUND' });
    await started();
    assert.deepEqual([state(), await folders()], [undefined, 0]);
  });

  it('does not remove a plugin that pouchd.yaml names', async () => {
    const installer = await started();
    await installer.install(await npmPackage('1.0.0'), from);
    entries = [entry({ name: 'packed' })];
    await assert.rejects(installer.remove('packed'), {
      code: 'PCH_PLUGIN_NEEDED',
      message: 'plugin packed has an entry at pouchd.yaml:3',
    });
    assert.equal(state(), 'active');
    entries = [];
    assert.deepEqual((await (await started()).remove('packed')).plugins, [
      { name: 'packed', change: 'removed' },
    ]);
  });

  it('loads no installed plugin by a damaged lock file, which is set aside', async () => {
    await (await started()).install(await npmPackage('1.0.0'), from);
    await writeFile(join(dir, 'plugins.lock.json'), '{"version":1,"plugins":[{"name":"../x"}]}');
    const installer = await started();
    assert.equal(state(), undefined);
    assert.ok((await readdir(dir)).includes('plugins.lock.json.damaged'));
    await installer.install(await npmPackage('1.0.0'), from);
    assert.equal(state(), 'active');
  });
});
