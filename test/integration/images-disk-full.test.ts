import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { layerTar, writeImageArchive } from '../../scripts/lib/imageArchive.ts';
import { TestImageStore } from '../support/TestImageStore.ts';
import { TestRegistry } from '../support/TestRegistry.ts';

const megabyte = 1 << 20;

describe('a full disk in the content store', function () {
  this.timeout(60_000);
  let host: TestImageStore;
  let registry: TestRegistry;
  let images: string;

  before(async () => {
    [registry, host] = await Promise.all([
      TestRegistry.start(),
      TestImageStore.start({ rootBytes: 24 * megabyte }),
    ]);
    images = await mkdtemp(join(tmpdir(), 'pouch-archives-'));
    for (const [name, size] of Object.entries({ large: 40, unpacked: 16, small: 1 })) {
      const layers = [await layerTar([{ path: 'file', content: randomBytes(size * megabyte) }])];
      await writeImageArchive(join(images, name), { reference: `${name}:1`, layers });
      await registry.push(`oci-archive:${join(images, name)}`, `${name}:1`);
    }
  });

  after(async () => {
    await Promise.all([host?.stop(), registry?.stop()]);
    await rm(images, { recursive: true });
  });

  for (const [name, when] of Object.entries({ large: 'is downloaded', unpacked: 'is unpacked' })) {
    it(`is reported when the image ${when}, keeps nothing, and lets a smaller image be pulled`, async () => {
      const store = host.store();
      await assert.rejects(store.pull(`${registry.host}/${name}:1`), { code: 'PCH_DISK_FULL' });
      assert.deepEqual(await host.leftovers(), { blobs: 0, ingests: 0, snapshots: 0, leases: 0 });
      await store.pull(`${registry.host}/small:1`);
      await host.clear();
    });
  }

  it('is reported by load too', async () => {
    const store = host.store();
    await assert.rejects(store.load(createReadStream(join(images, 'large'))), { code: 'PCH_DISK_FULL' });
    await host.clear();
    assert.equal((await store.load(createReadStream(join(images, 'small')))).length, 1);
  });
});
