import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { waitUntil } from '../../core/wait/waitUntil.ts';
import { TestImageStore } from '../support/TestImageStore.ts';
import { TestPouchd } from '../support/TestPouchd.ts';
import { processesOf } from '../support/host/processes.ts';

/** rich.test.ts looks at an image that it makes. */
describe('bootstrap of a base image from packages', function () {
  this.timeout(600_000);
  it('says which package does not exist, and keeps nothing', async () => {
    const images = await TestImageStore.start();
    try {
      const options = { reference: 'debian:bookworm', suite: 'bookworm', include: ['no-such-package-here'] };
      await assert.rejects(images.store().bootstrap(options), {
        code: 'PCH_BOOTSTRAP_FAILED',
        message: /no-such-package-here/,
      });
      assert.deepEqual(await images.leftovers(), { blobs: 0, ingests: 0, snapshots: 0, leases: 0 });
    } finally {
      await images.stop();
    }
  });

  it('ends with a pouchd that is killed; the next one removes its files', async () => {
    const pouchd = await TestPouchd.create();
    try {
      const scratch = join(pouchd.root, 'bootstrap');
      const cutOff = pouchd.pouch('image', 'bootstrap', 'debian:bookworm');
      const isUnpacking = async () =>
        (await below(scratch)).some((path) => path.endsWith('/var/lib/dpkg/status'));
      assert.ok(await waitUntil(isUnpacking, { withinMs: 120_000 }), await pouchd.log());
      await pouchd.kill9();
      assert.notEqual((await cutOff).exitCode, 0);
      assert.ok(
        await waitUntil(() => processesOf({ ...pouchd.names, dir: scratch }).length === 0, {
          withinMs: 30_000,
        }),
      );
      await pouchd.start();
      assert.ok(await waitUntil(async () => (await below(scratch)).length === 0, { withinMs: 30_000 }));
      assert.equal((await pouchd.pouch('run', '--rm', 'busybox', 'echo', 'well')).stdout, 'well\n');
    } finally {
      await pouchd.dispose();
    }
  });
});

/** Paths below a directory in which files come and go. */
async function below(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { recursive: true }).catch(() => []);
  return entries.map((entry) => join(directory, entry));
}
