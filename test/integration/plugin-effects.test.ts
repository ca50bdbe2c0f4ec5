import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { waitUntil } from '../../core/wait/waitUntil.ts';
import { sampleTests } from '../support/someOf.ts';
import { useDaemon } from '../support/useDaemon.ts';

const source = resolve(import.meta.dirname, 'support/plugins/writesFiles.ts');

describe('effects of a plugin', function () {
  this.timeout(120_000);
  this.slow(10_000);
  const daemon = useDaemon();
  const { ok, pouch, sh } = daemon;

  const plugin = () => join(daemon.it.dir, 'plugin', 'writesFiles.ts');
  const written = () => join(daemon.it.dir, 'written');
  const kept = () => join(daemon.it.root, 'plugins');
  const path = (name: string) => join(written(), name);

  async function reload(yaml: string): Promise<void> {
    await daemon.it.configure(yaml);
    await daemon.it.reload(/configuration reloaded/);
  }

  const withPlugin = (options = '') =>
    `plugins:\n  - path: ${plugin()}\n    user: root\n    options: { directory: ${written()}${options} }\n`;

  const exists = (name: string) =>
    waitUntil(() => existsSync(path(name)), { withinMs: 20_000 }).then((is) => assert.ok(is, `no ${name}`));

  const run = (name: string) =>
    ok('run', '-d', '--name', name, '--label', 'files', 'busybox', 'sleep', '1000');

  /** Fails, and names the plugin, the effect, what it does and the way out. */
  async function fails(code: string, cause: RegExp, ...args: string[]): Promise<void> {
    const { exitCode, stderr } = await pouch(...args);
    assert.notEqual(exitCode, 0);
    assert.match(
      stderr,
      new RegExp(`the effect file.first \\(write .*\\.first\\) was not undone: .*${cause.source}`),
    );
    for (const part of [code, 'writes-files', 'pouch effects drop [0-9a-f]{12} file.first'])
      assert.match(stderr, new RegExp(part));
  }

  beforeEach(async () => {
    for (const directory of [join(plugin(), '..'), written()])
      await mkdir(directory, { mode: 0o755, recursive: true });
    await copyFile(source, plugin());
    await reload(withPlugin());
  });

  afterEach(async () => {
    assert.deepEqual(await readdir(written()), [], 'effects are left');
    assert.equal(await sh('echo fine'), 'fine');
  });

  describe('dropped from the configuration during a start', function () {
    async function dropDuring(name: string) {
      await writeFile(path('hold'), '');
      const started = pouch('run', '-d', '--name', name, '--label', 'files', 'busybox', 'sleep', '1000');
      await exists(`${name}.first`);
      await reload('');
      await rm(path('hold'));
      return await started;
    }

    it('the start ends with the plugins that it began with', async () => {
      const { exitCode, stderr } = await dropDuring('slow');
      assert.equal(exitCode, 0, stderr);
      assert.ok(existsSync(path('slow.second')));
      await reload(withPlugin());
      await ok('rm', '-f', 'slow');
    });

    it('its failure is undone by them', async () => {
      await writeFile(path('fail'), '');
      const { exitCode, stderr } = await dropDuring('failing');
      assert.equal(exitCode, 125);
      assert.match(stderr, /cannot write.*\n?.*plugin writes-files/);
      // What the start needs is applied with the create, so nothing is left of either.
      assert.deepEqual(await readdir(written()), ['fail']);
      assert.equal(await ok('ps', '-aq', '--filter', 'name=failing'), '');
      await rm(path('fail'));
      await reload(withPlugin());
      await run('failing');
      await ok('rm', '-f', 'failing');
    });

    sampleTests(this);
  });

  it('dropped from the configuration, they are undone by stop and rm', async () => {
    await run('stopped');
    await run('forced');
    await reload('');
    await ok('stop', '--time', '0', 'stopped');
    assert.deepEqual((await readdir(written())).sort(), [
      ...['forced.first', 'forced.made', 'forced.second'],
      'stopped.made',
    ]);
    const { exitCode, stderr } = await pouch('start', 'stopped');
    assert.equal(exitCode, 1);
    assert.match(stderr, /cannot be applied: no loaded plugin provides its kind "written-file"/);
    await ok('rm', 'stopped');
    await ok('rm', '-f', 'forced');
  });

  it('dropped before a restart of pouchd, they are undone by its last version', async () => {
    for (const name of ['running', 'gone']) await run(name);
    await daemon.it.configure('');
    await rm(plugin());
    await daemon.it.kill9();
    await daemon.it.start();
    await ok('stop', '--time', '0', 'gone');
    await daemon.it.restart();
    await ok('rm', 'gone');
    await ok('rm', '-f', 'running');
    await reload('');
    assert.deepEqual(await readdir(kept()).then((files) => files.filter((name) => /writes/.test(name))), []);
  });

  describe('with a fault', function () {
    it('of a last version that cannot be loaded are given up', async () => {
      await writeFile(join(plugin(), '../helper.ts'), 'export const helper = 1;\n');
      await writeFile(plugin(), `import './helper.ts';\n${await readFile(source, 'utf8')}`);
      await reload(withPlugin());
      await run('lost');
      await daemon.it.configure('');
      await rm(join(plugin(), '../helper.ts'));
      await daemon.it.restart();
      const { exitCode, stderr } = await pouch('rm', '-f', 'lost');
      assert.equal(exitCode, 1);
      assert.match(
        stderr,
        /the effect file.second was not undone: the last version of plugin writes-files cannot/,
      );
      const keys = ['file.first', 'file.second', 'file.made'];
      const dropped = await pouch('effects', 'drop', 'lost', ...keys);
      assert.equal(dropped.exitCode, 0, dropped.stderr);
      await ok('rm', '-f', 'lost');
      assert.deepEqual((await readdir(written())).sort(), ['lost.first', 'lost.made', 'lost.second']);
      for (const left of await readdir(written())) await rm(path(left));
    });

    it('an undo that throws is reported, and works once the plugin is fixed and loaded again', async () => {
      await run('throwing');
      await writeFile(path('throw'), '');
      await fails('PCH_PLUGIN_FAILED', /cannot unlink/, 'stop', '--time', '0', 'throwing');
      await fails('PCH_PLUGIN_FAILED', /cannot unlink/, 'rm', '-f', 'throwing');
      const text = await readFile(source, 'utf8');
      await writeFile(
        plugin(),
        text.replace("throw new Error('cannot unlink')", 'rmSync(`${directory}/throw`)'),
      );
      await reload(withPlugin());
      await ok('rm', '-f', 'throwing');
    });

    it('one that cannot be undone is given up, with what it leaves', async () => {
      await run('stuck');
      await writeFile(path('throw'), '');
      await fails('PCH_PLUGIN_FAILED', /cannot unlink/, 'stop', '--time', '0', 'stuck');
      const listed = await ok('effects', 'ls', 'stuck');
      assert.match(listed, /^file\.first +start +applied +writes-files +write .*stuck\.first$/m);
      assert.match(listed, /^file\.second +start +planned +writes-files/m);
      assert.match(listed, /^snapshot +create +applied +core/m);
      const refused = await pouch('effects', 'drop', 'stuck', 'snapshot', 'nosuch');
      assert.equal(refused.exitCode, 1);
      assert.match(refused.stderr, /the effect snapshot is Pouch's own/);
      assert.match(refused.stderr, /stuck has no effect nosuch/);
      const { exitCode, stdout, stderr } = await pouch('effects', 'drop', 'stuck', 'file.first');
      assert.deepEqual([exitCode, stdout.trim()], [0, 'file.first']);
      assert.equal(stderr, `left on the host: write ${path('stuck.first')}\n`);
      // It starts and stops without what was given up.
      await ok('start', 'stuck');
      await ok('rm', '-f', 'stuck');
      assert.deepEqual((await readdir(written())).sort(), ['stuck.first', 'throw']);
      for (const left of ['stuck.first', 'throw']) await rm(path(left));
    });

    it('an undo that hangs ends at its deadline', async () => {
      await reload(withPlugin(', deadline: 5000'));
      await run('hanging');
      await writeFile(path('hang'), '');
      await fails('PCH_DEADLINE', /did not end within 5 s/, 'rm', '-f', 'hanging');
      await rm(path('hang'));
      await ok('rm', '-f', 'hanging');
    });

    sampleTests(this);
  });
});
