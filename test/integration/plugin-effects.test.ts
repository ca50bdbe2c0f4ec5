import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { waitUntil } from '../../core/wait/waitUntil.ts';
import { useDaemon } from '../support/useDaemon.ts';

const source = resolve(import.meta.dirname, 'support/plugins/writesFiles.ts');

describe('effects of a plugin', function () {
  this.timeout(120_000);
  this.slow(10_000);
  const daemon = useDaemon();
  const { ok, pouch, sh } = daemon;

  const plugin = () => join(daemon.it.dir, 'plugin', 'writesFiles.ts');
  const written = () => join(daemon.it.dir, 'written');
  const path = (name: string) => join(written(), name);

  async function reload(yaml: string): Promise<void> {
    await daemon.it.configure(yaml);
    await daemon.it.reload(/configuration reloaded/);
  }

  const withPlugin = () => `plugins:\n  - path: ${plugin()}\n    options: { directory: ${written()} }\n`;

  const exists = (name: string) =>
    waitUntil(() => existsSync(path(name)), { withinMs: 20_000 }).then((is) => assert.ok(is, `no ${name}`));

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

  describe('dropped from the configuration during a start', () => {
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
      assert.deepEqual((await readdir(written())).sort(), ['fail', 'failing.made']);
      await rm(path('fail'));
      await reload(withPlugin());
      await ok('rm', '-f', 'failing');
    });
  });
});
