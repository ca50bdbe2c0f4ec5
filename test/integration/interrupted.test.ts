import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { waitUntil } from '../../core/wait/waitUntil.ts';
import { busyboxFiles } from '../../scripts/lib/busyboxImage.ts';
import { layerTar } from '../../scripts/lib/imageArchive.ts';
import { sampleTests, someOf } from '../support/someOf.ts';
import { useDaemon } from '../support/useDaemon.ts';

const pouch = resolve(import.meta.dirname, '../../bin/pouch');

describe('Ctrl-C', function () {
  this.timeout(90_000);
  this.slow(10_000);
  const daemon = useDaemon();
  const { ok } = daemon;

  const begin = (args: string[]) => {
    const client = spawn(pouch, args, {
      stdio: ['pipe', 'ignore', 'ignore'],
      env: { ...process.env, POUCH_HOST: daemon.it.host },
    });
    client.stdin.on('error', () => {});
    const ended = once(client, 'exit');
    return {
      client,
      async interrupt() {
        client.kill('SIGINT');
        await ended;
        const isOver = async () => (await daemon.it.client.pouch.ops()).length === 0;
        assert.ok(await waitUntil(isOver, { withinMs: 30_000 }), 'its operation is over');
      },
    };
  };
  /** Uploads of containerd that are not complete. */
  const uploads = () => {
    const store = join(daemon.it.root, 'containerd/io.containerd.content.v1.content/ingest');
    return readdirSync(store);
  };

  it('in an import leaves no image and no upload, and the same import works', async () => {
    const whole = await layerTar(await busyboxFiles());
    const { client, interrupt } = begin(['import', '-', 'legacy:1']);
    client.stdin.write(whole.subarray(0, whole.length / 2));
    assert.ok(
      await waitUntil(() => Promise.resolve(uploads().length > 0), { withinMs: 20_000 }),
      'it uploads',
    );
    await interrupt();
    assert.ok(
      await waitUntil(() => Promise.resolve(uploads().length === 0), { withinMs: 20_000 }),
      'it leaves',
    );
    assert.doesNotMatch(await ok('images'), /legacy/);

    const file = join(daemon.it.dir, 'whole.tar');
    await writeFile(file, whole);
    await ok('import', file, 'legacy:1');
    assert.equal(await ok('run', '--rm', 'legacy:1', '/bin/busybox', 'echo', 'hello'), 'hello');
    await ok('rmi', 'legacy:1');
  });

  it('in an upgrade leaves the container running, as it was or as it was to be, and the next one works', async () => {
    const files = await busyboxFiles();
    const main = 'trap "exit 0" TERM; while :; do sleep 0.1; done';
    for (const version of ['one', 'two'])
      await daemon.it.loadImage(
        `app-${version}`,
        [...files, { path: 'version', content: Buffer.from(`${version}\n`) }],
        { Cmd: ['sh', '-c', main] },
      );
    const upgrade = ['upgrade', 'box', '--image', 'app-two', '--health-cmd', 'true'];
    for (const delayMs of someOf([20, 60, 120, 200, 300, 500], 'moments of an upgrade')) {
      await ok('run', '-d', '--name', 'box', '--network', 'none', 'app-one');
      const { interrupt } = begin(upgrade);
      await new Promise((done) => setTimeout(done, delayMs));
      await interrupt();
      await daemon.it.until('box', 'running', 20_000);
      const version = await ok('exec', 'box', 'cat', '/version');
      assert.match(version, /^(one|two)$/, `after ${delayMs} ms`);
      const onTrial = async () => (await daemon.it.inspect('box'))?.Rollback?.onTrial === true;
      assert.ok(await waitUntil(async () => !(await onTrial()), { withinMs: 30_000 }), `after ${delayMs} ms`);
      if (version === 'one') await ok(...upgrade);
      assert.equal(await ok('exec', 'box', 'cat', '/version'), 'two');
      await ok('rm', '-f', '-v', 'box');
    }
  });

  sampleTests(this);
});
