import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { execa } from 'execa';
import type { ImageStore } from '../../core/images/index.ts';
import { type RootfsEntry, rootfsTar } from '../support/rootfsTar.ts';
import { TestImageStore } from '../support/TestImageStore.ts';

const nothing = { blobs: 0, ingests: 0, snapshots: 0, leases: 0 };
const sound: RootfsEntry[] = [{ name: 'etc/os-release', content: 'ID=old\n' }];

describe('images of imported root file systems', function () {
  this.timeout(60_000);
  let host: TestImageStore;
  let store: ImageStore;

  before(async () => {
    host = await TestImageStore.start({ rootBytes: 24 << 20 });
    store = host.store();
  });

  after(() => host?.stop());
  afterEach(() => host.clear());

  const imported = async (tar: Buffer, reference?: string) =>
    store.import(Readable.from([tar]), reference === undefined ? {} : { reference });

  /** An import of a sound tar works, whatever happened before. */
  async function worksAgain(): Promise<void> {
    const { image } = await imported(await rootfsTar(sound), 'again:1');
    assert.deepEqual(await store.files(image).readText('/etc/os-release', 1000), 'ID=old\n');
  }

  it('are made from tars of every compression', async () => {
    const tar = await rootfsTar(sound);
    const xz = await execa('xz', ['-c'], { input: tar, encoding: 'buffer' });
    const zstd = await execa('zstd', ['-qc'], { input: tar, encoding: 'buffer' });
    for (const [name, bytes] of Object.entries({ tar, gz: gzipSync(tar), xz: xz.stdout, zst: zstd.stdout })) {
      const { image, notes } = await imported(Buffer.from(bytes), `old:${name}`);
      assert.equal(await store.files(image).readText('/etc/os-release', 1000), 'ID=old\n');
      assert.deepEqual(image.references, [`docker.io/library/old:${name}`]);
      assert.deepEqual(notes, []);
    }
  });

  it('have the configuration, platform and comment that were asked for, and may have no name', async () => {
    const options = { platform: 'arm64', comment: 'from cellar', config: { Cmd: ['/sbin/init'] } };
    const { image } = await store.import(Readable.from([await rootfsTar(sound)]), options);
    assert.equal(image.config.architecture, 'arm64');
    assert.deepEqual(image.config.config, { Cmd: ['/sbin/init'] });
    assert.equal(image.config.history?.[0]?.comment, 'from cellar');
    assert.deepEqual(image.references, []);
    assert.equal((await store.list())[0]?.id, image.id);
  });

  const hostile: [string, RootfsEntry[]][] = [
    ['leaves its root', [...sound, { name: 'a/../../../tmp/pouch-evil', content: 'x' }]],
    ['links to a file outside', [{ name: 'a', type: 'link', linkname: '../../etc/passwd' }]],
    ['links to a file that it does not have', [{ name: 'a', type: 'link', linkname: 'etc/passwd' }]],
    ['has a file below a file', [...sound, { name: 'etc/os-release/x', content: 'y' }]],
  ];
  for (const [what, entries] of hostile)
    it(`are not made from a tar that ${what}`, async () => {
      await assert.rejects(imported(await rootfsTar(entries), 'evil:1'), (error: Error) => {
        assert.doesNotMatch(error.message, /containerd-mount/);
        assert.equal((error as { code?: string }).code, 'PCH_IMPORT_INVALID');
        return true;
      });
      assert.deepEqual(await host.leftovers(), nothing);
      await worksAgain();
    });

  it('keep links inside, where writing through them stays', async () => {
    const entries: RootfsEntry[] = [
      { name: 'up', type: 'symlink', linkname: '/../../../../tmp' },
      { name: 'tmp', type: 'directory' },
      { name: 'up/pouch-inside', content: 'x' },
    ];
    const { image } = await imported(await rootfsTar(entries), 'links:1');
    assert.equal(await store.files(image).readText('/tmp/pouch-inside', 1000), 'x');
  });

  it('are not made when the sender stops, also in a compressed tar', async () => {
    const tar = await rootfsTar([{ name: 'data', content: randomBytes(100_000).toString('hex') }]);
    const xz = await execa('xz', ['-c'], { input: tar, encoding: 'buffer' });
    for (const bytes of [tar, gzipSync(tar), Buffer.from(xz.stdout)]) {
      await assert.rejects(imported(bytes.subarray(0, bytes.length - 20_000), 'cut:1'), {
        name: 'PouchError',
      });
      assert.deepEqual(await host.leftovers(), nothing);
    }
    await worksAgain();
  });

  it('are not made when the caller leaves', async () => {
    const stop = new AbortController();
    const endless = Readable.from(
      (async function* () {
        yield (await rootfsTar([{ name: 'data', content: 'x'.repeat(1 << 20) }])).subarray(0, 600_000);
        stop.abort(new Error('left'));
        throw new Error('left');
      })(),
    );
    await assert.rejects(store.import(endless, { reference: 'left:1' }, undefined, stop.signal), /left/);
    assert.deepEqual(await host.leftovers(), nothing);
    await worksAgain();
  });

  it('are not made on a full disk', async () => {
    const tar = await rootfsTar([{ name: 'data', content: 'x'.repeat(30 << 20) }]);
    await assert.rejects(imported(tar, 'large:1'), { code: 'PCH_DISK_FULL' });
    assert.deepEqual(await host.leftovers(), nothing);
    // The tar fits, its files do not fit beside it.
    const unpacked = await rootfsTar([{ name: 'data', content: 'x'.repeat(14 << 20) }]);
    await assert.rejects(imported(unpacked, 'large:1'), { code: 'PCH_DISK_FULL' });
    assert.deepEqual(await host.leftovers(), nothing);
    await worksAgain();
  });
});
