import assert from 'node:assert/strict';
import { createReadStream, createWriteStream } from 'node:fs';
import { chmod, mkdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { gzipSync } from 'node:zlib';
import { execa } from 'execa';
import tar from 'tar-stream';
import type { ImageStore } from '../../core/images/index.ts';
import type { PouchError } from '../../hooks/errors.ts';
import type { Image } from '../../hooks/image.ts';
import { busyboxImage, busyboxReference } from '../../scripts/lib/busyboxImage.ts';
import { layerTar, writeImageArchive } from '../../scripts/lib/imageArchive.ts';
import { sampleTests, someOf } from '../support/someOf.ts';
import { TestImageStore } from '../support/TestImageStore.ts';
import { fastest } from '../support/fastest.ts';

const nothing = { blobs: 0, ingests: 0, snapshots: 0, leases: 0 };

describe('images on the host', function () {
  this.timeout(120_000);
  let host: TestImageStore;
  let store: ImageStore;
  let busybox: string;
  let busyboxId: string;

  before(async () => {
    host = await TestImageStore.start();
    store = host.store();
    busybox = join(host.dir, 'busybox.tar');
    busyboxId = await busyboxImage(busybox);
  });

  after(() => host?.stop());
  afterEach(() => host.clear());

  const loadBusybox = async () => {
    const [image] = await store.load(createReadStream(busybox));
    assert.ok(image);
    return image;
  };

  async function saved(name: string, ...refs: string[]): Promise<string> {
    const file = join(host.dir, name);
    await pipeline(await store.save(refs), createWriteStream(file));
    return file;
  }

  describe('load and save', () => {
    it('makes the same busybox image from the same busybox', async () => {
      assert.equal(await busyboxImage(join(host.dir, 'again.tar')), busyboxId);
      assert.equal((await loadBusybox()).id, busyboxId);
    });

    it('loads an OCI layout and reads its files', async () => {
      const image = await loadBusybox();
      assert.deepEqual(image.references, [busyboxReference]);
      const files = store.files(image);
      assert.match((await files.readText('/etc/passwd', 4096)) ?? '', /^root:x:0:0:/);
      assert.equal((await files.stat('/bin/sh'))?.path, '/bin/busybox');
      assert.equal((await host.leftovers()).leases, 0);
    });

    it('saves what it and skopeo can read as either kind of archive', async () => {
      await loadBusybox();
      const file = await saved('saved.tar', 'busybox');
      for (const kind of ['oci-archive', 'docker-archive']) {
        const { stdout } = await execa('skopeo', ['inspect', '--config', `${kind}:${file}`]);
        assert.match(stdout, /"Cmd":\s*\[\s*"sh"/);
      }
      await host.clear();
      assert.deepEqual(await host.leftovers(), nothing);
      const [image] = await store.load(createReadStream(file));
      assert.equal(image?.id, busyboxId);
      assert.deepEqual(image.references, [busyboxReference]);
    });

    it('loads a Docker archive, also compressed by gzip or zstd', async () => {
      await loadBusybox();
      const file = await saved('plain.tar', 'busybox');
      const docker = join(host.dir, 'docker.tar');
      await execa('skopeo', [
        'copy',
        `docker-archive:${file}`,
        `docker-archive:${docker}:docker.io/team/app:7`,
      ]);
      await execa('zstd', ['-q', docker]);
      const bytes = await readFile(docker);
      for (const archive of [bytes, gzipSync(bytes, { level: 1 }), await readFile(`${docker}.zst`)]) {
        await host.clear();
        const [image] = await store.load(Readable.from([archive]));
        assert.deepEqual(image?.references, ['docker.io/team/app:7']);
        assert.equal((await store.files(image).stat('/bin/sh'))?.kind, 'file');
      }
    });

    it('loads the old form of Docker archive, whose layers may be links', async () => {
      const layer = await layerTar([{ path: 'hello', content: 'world' }]);
      await writeImageArchive(join(host.dir, 'x.tar'), {
        reference: 'x:1',
        layers: [layer, layer],
        compress: false,
      });
      const config = await configOf(join(host.dir, 'x.tar'));
      const pack = tar.pack();
      pack.entry({ name: 'aaa/layer.tar' }, layer);
      pack.entry({ name: 'bbb/layer.tar', type: 'symlink', linkname: '../aaa/layer.tar' });
      pack.entry({ name: 'config.json' }, config);
      const Layers = ['aaa/layer.tar', 'bbb/layer.tar'];
      pack.entry(
        { name: 'manifest.json' },
        JSON.stringify([{ Config: 'config.json', RepoTags: ['x:2'], Layers }]),
      );
      pack.finalize();
      const [image] = await store.load(Readable.from(pack));
      assert.deepEqual(image?.references, ['docker.io/library/x:2']);
      assert.equal(await store.files(image).readText('/hello', 10), 'world');
    });

    async function configOf(file: string): Promise<Buffer> {
      const { stdout } = await execa('skopeo', ['inspect', '--raw', '--config', `oci-archive:${file}`], {
        encoding: 'buffer',
      });
      return Buffer.from(stdout);
    }

    const bad: Record<string, () => Promise<Buffer> | Buffer> = {
      'no tar': () => Buffer.from('x'.repeat(2048)),
      nothing: () => Buffer.alloc(0),
      'a tar without an image': () => layerTar([{ path: 'a', content: 'b' }]),
      'a damaged gzip': () => Buffer.concat([gzipSync('x').subarray(0, 12), Buffer.from('garbage')]),
      'a manifest that is not a list': () => layerTar([{ path: 'manifest.json', content: '{}' }]),
      'a layer that is not in it': () =>
        layerTar([
          { path: 'c.json', content: '{"rootfs":{"type":"layers","diff_ids":[]}}' },
          { path: 'manifest.json', content: '[{"Config":"c.json","Layers":["gone.tar"]}]' },
        ]),
      'a path that leads out': () => layerTar([{ path: '../../etc/passwd', content: 'x' }]),
    };
    for (const [what, make] of someOf(Object.entries(bad))) {
      it(`refuses ${what} and keeps nothing`, async () => {
        await rejects(store.load(Readable.from([await make()])), 'PCH_ARCHIVE_INVALID');
        await host.clear();
        assert.deepEqual(await host.leftovers(), nothing);
      });
    }

    it('refuses a blob that is not what its name says, and loads the good archive afterwards', async () => {
      const bytes = await readFile(busybox);
      bytes[Math.floor(bytes.length / 2)] = (bytes[Math.floor(bytes.length / 2)] ?? 0) ^ 0xff;
      await rejects(store.load(Readable.from([bytes])), 'PCH_DIGEST_MISMATCH');
      assert.deepEqual(await store.list(), []);
      assert.equal((await loadBusybox()).id, busyboxId);
    });

    it('refuses an archive that ends too early', async () => {
      const file = join(host.dir, 'short.tar');
      await writeFile(file, await readFile(busybox));
      await truncate(file, 100_000);
      await rejects(store.load(createReadStream(file)), 'PCH_ARCHIVE_INVALID');
      assert.deepEqual(await store.list(), []);
    });

    it('says that an image to save does not exist', async () => {
      await rejects(store.save(['nothing:1']), 'PCH_IMAGE_NOT_FOUND');
    });

    it('drops what this daemon was loading when it crashed, and leaves another daemon’s alone', async () => {
      const owners = {
        'load 1': '/one',
        'save 2': '/one',
        'docker.io/library/pulled:1': '/one',
        'load 3': '/other',
      };
      for (const [name, owner] of Object.entries(owners))
        await host.client.leases.create({ labels: { 'pouch.io/pull': name, 'pouch.io/owner': owner } });
      await host.store({}, '/one').recover();
      const names = (await host.client.leases.list()).map(({ labels }) => labels['pouch.io/pull']);
      assert.deepEqual(names, ['load 3']);
    });

    it('an image that is removed while it is saved is saved whole, and then gone from the disk', async () => {
      await loadBusybox();
      const archive = await store.save(['busybox']);
      await store.remove('busybox');
      assert.notEqual((await host.leftovers()).blobs, 0);
      assert.ok((await buffer(archive)).length > 1_000_000);
      await until(async () => (await host.leftovers()).blobs === 0);
    });

    it('lets go of an image when the reader of a save goes away', async () => {
      await loadBusybox();
      const archive = await store.save(['busybox']);
      archive.once('readable', () => archive.destroy());
      await new Promise((resolve) => archive.once('close', resolve));
      await until(async () => (await host.leftovers()).leases === 0);
      assert.ok((await buffer(await store.save(['busybox']))).length > 1_000_000);
    });
  });

  describe('names', () => {
    it('finds an image by short name, full name, id and id prefix', async () => {
      const { id } = await loadBusybox();
      for (const ref of ['busybox', 'busybox:latest', busyboxReference, id, id.slice(7), id.slice(7, 19)]) {
        assert.equal((await store.get(ref)).id, id, ref);
      }
      const { target } = await store.get('busybox');
      assert.equal((await store.get(`busybox@${target.digest}`)).id, id);
      await rejects(store.get('busybox:other'), 'PCH_IMAGE_NOT_FOUND');
      await rejects(store.get('UPPER'), 'PCH_REFERENCE_INVALID');
    });

    it('responds within a millisecond or two when nothing has changed', async () => {
      await loadBusybox();
      await store.get('busybox');
      const ms = await fastest(100, () => store.get('busybox'));
      assert.ok(ms < 2, `${ms} ms`);
    });

    it('sees what another client of containerd has changed', async () => {
      const other = host.store();
      await loadBusybox();
      assert.equal((await other.get('busybox')).id, busyboxId);
      await store.tag('busybox', 'renamed');
      await until(async () => (await other.list())[0]?.references.length === 2);
    });

    it('removes one name while there are others, and the image with the last', async () => {
      const { id } = await loadBusybox();
      await store.tag('busybox', 'box:2');
      assert.deepEqual(await store.remove('busybox'), { untagged: [busyboxReference], deleted: [] });
      assert.deepEqual((await store.get(id)).references, ['docker.io/library/box:2']);
      assert.deepEqual(await store.remove('box:2'), { untagged: ['docker.io/library/box:2'], deleted: [id] });
      assert.deepEqual(await host.leftovers(), nothing);
      await rejects(store.remove('box:2'), 'PCH_IMAGE_NOT_FOUND');
    });

    it('removes by id only what one repository names, unless forced', async () => {
      const { id } = await loadBusybox();
      await store.tag('busybox', 'box');
      await rejects(store.remove(id), 'PCH_IMAGE_IN_USE');
      assert.deepEqual((await store.remove(id, { force: true })).deleted, [id]);
    });

    it('refuses to remove an image that a container uses, but takes extra names', async () => {
      const { id } = await loadBusybox();
      host.inUse.set(id, ['web']);
      await store.tag('busybox', 'box');
      assert.deepEqual((await store.remove('box')).deleted, []);
      const error = await rejects(store.remove('busybox'), 'PCH_IMAGE_IN_USE');
      assert.match(error.message, /web/);
      assert.deepEqual((await store.prune({ all: true })).deleted, []);
      assert.deepEqual((await store.remove('busybox', { force: true })).deleted, [id]);
    });

    it('prunes by label', async () => {
      await loadBusybox();
      assert.deepEqual((await store.prune({ all: true, labels: ['keep=no'] })).deleted, []);
      const { deleted, reclaimed } = await store.prune({ all: true });
      assert.deepEqual(deleted, [busyboxId]);
      assert.ok(reclaimed > 1_000_000);
    });

    it('lists the steps of the history, newest first', async () => {
      await loadBusybox();
      const [step] = await store.history('busybox');
      assert.equal(step?.created_by, 'layer 0');
      assert.match(step.layer?.digest ?? '', /^sha256:/);
    });

    it('reports what happened as events', async () => {
      host.events.length = 0;
      await loadBusybox();
      await store.tag('busybox', 'box');
      await store.remove('box');
      await store.remove('busybox');
      assert.deepEqual(
        host.events.map(({ action }) => action),
        ['load', 'tag', 'untag', 'untag', 'delete'],
      );
    });
  });

  describe('damage', function () {
    const damages: Record<string, (path: string) => Promise<void>> = {
      'cut off': (path) => truncate(path, 100),
      empty: (path) => truncate(path, 0),
      'with a flipped bit': async (path) => {
        const bytes = await readFile(path);
        bytes[bytes.length - 10]! ^= 1;
        await writeFile(path, bytes);
      },
      lost: (path) => rm(path),
      'a directory': async (path) => {
        await rm(path);
        await mkdir(path);
      },
    };
    const pathOf = (digest: string) =>
      join(host.dir, 'root/io.containerd.content.v1.content/blobs/sha256', digest.replace('sha256:', ''));

    /** Loads busybox and a bystander. */
    async function loadBoth(): Promise<Image> {
      const layers = [await layerTar([{ path: 'hello', content: 'world' }])];
      await writeImageArchive(join(host.dir, 'bystander.tar'), { reference: 'bystander:1', layers });
      await store.load(createReadStream(join(host.dir, 'bystander.tar')));
      return await loadBusybox();
    }

    for (const part of ['manifest', 'config'] as const) {
      for (const [what, damage] of someOf(Object.entries(damages), part)) {
        it(`a ${part} that is ${what} hides no other image, is reported, and a load repairs it`, async () => {
          const image = await loadBoth();
          await damage(pathOf(part === 'manifest' ? image.target.digest : image.id));
          const restarted = host.store();
          const listed = await restarted.list();
          const damaged = listed.find(({ references }) => references.includes(busyboxReference));
          assert.equal(listed.length, 2);
          assert.equal(damaged?.id, busyboxId);
          assert.match(damaged.damage ?? '', /^blob sha256:\w+ is damaged: /);
          assert.equal((await restarted.get('bystander:1')).damage, undefined);
          for (const ref of ['busybox', busyboxId, busyboxId.slice(7, 19)])
            await rejects(restarted.get(ref), 'PCH_IMAGE_DAMAGED');
          await rejects(restarted.tag('busybox', 'other'), 'PCH_IMAGE_DAMAGED');
          await rejects(restarted.save(['busybox']), 'PCH_IMAGE_DAMAGED');
          await restarted.prune({ all: true });
          assert.equal((await restarted.list()).length, 1, 'prune leaves it');

          const [repaired] = await restarted.load(createReadStream(busybox));
          assert.equal(repaired?.damage, undefined);
          assert.equal((await host.store().get('busybox')).id, busyboxId);
          assert.ok((await buffer(await restarted.save(['busybox']))).length > 1_000_000);
          await restarted.remove('busybox');
          // The save keeps the content until it has ended.
          await until(async () => (await host.leftovers()).blobs === 0);
        });
      }
    }

    it('a restored file is noticed, and until then no part of the image is removed', async () => {
      const { target } = await loadBusybox();
      const bytes = await readFile(pathOf(target.digest));
      await truncate(pathOf(target.digest), 10);
      const restarted = host.store();
      await rejects(restarted.get('busybox'), 'PCH_IMAGE_DAMAGED');
      await host.client.leases.delete((await host.client.leases.create({})).id, { sync: true });
      await chmod(pathOf(target.digest), 0o600);
      await writeFile(pathOf(target.digest), bytes);
      assert.equal((await restarted.get('busybox')).id, busyboxId);
      const files = restarted.files(await restarted.get('busybox'));
      assert.equal((await files.stat('/bin/sh'))?.kind, 'file');
    });

    it('a damaged image is removed by name or id, but not while a container uses it, unless forced', async () => {
      for (const ref of ['busybox', busyboxId]) {
        await host.clear();
        const image = await loadBusybox();
        await store.tag('busybox', 'busybox:2');
        await truncate(pathOf(image.target.digest), 10);
        const restarted = host.store();
        assert.deepEqual((await restarted.remove('busybox:2')).deleted, []);
        host.inUse.set(busyboxId, ['web']);
        await rejects(restarted.remove(ref), 'PCH_IMAGE_IN_USE');
        assert.deepEqual((await restarted.remove(ref, { force: true })).deleted, [busyboxId]);
        assert.deepEqual(await host.leftovers(), nothing);
        await rejects(restarted.get('busybox'), 'PCH_IMAGE_NOT_FOUND');
      }
    });

    it('odd records of other clients hide no image, and can be removed', async () => {
      const { target } = await loadBoth();
      const absent = `sha256:${'0'.repeat(64)}`;
      const odd = {
        'No Reference: at all': { ...target, mediaType: 'text/x-unknown' },
        'lost:1': { mediaType: 'application/vnd.oci.image.manifest.v1+json', digest: absent, size: 1 },
        'layer:1': { mediaType: 'application/octet-stream', digest: busyboxId, size: 1 },
      };
      for (const [name, descriptor] of Object.entries(odd))
        await host.client.images.create({
          name,
          target: descriptor,
          labels: { 'containerd.io/gc.ref.x': '%' },
        });
      const listed = await host.store().list();
      assert.deepEqual(
        listed.map(({ damage }) => damage !== undefined),
        [false, false, true, true],
      );
      for (const name of Object.keys(odd)) await store.remove(name);
      assert.equal((await store.list()).length, 2);
      assert.deepEqual((await store.get('busybox')).references, [busyboxReference]);
    });

    sampleTests(this);
  });

  it('reads through whiteouts and opaque directories as a mount would show', async () => {
    const layers = await Promise.all([
      layerTar([
        { path: 'gone', content: '1' },
        { path: 'dir' },
        { path: 'dir/old', content: '1' },
        { path: 'other' },
        { path: 'other/low', content: '1' },
        { path: 'sbin' },
        { path: 'sbin/init', link: '../lib/init' },
        { path: 'lib' },
        { path: 'lib/init', mode: 0o755, content: '#!/bin/sh\n' },
      ]),
      layerTar([
        { path: '.wh.gone', content: '' },
        { path: 'dir' },
        { path: 'dir/.wh..wh..opq', content: '' },
        { path: 'dir/new', content: '2' },
        { path: 'other/high', content: '2' },
      ]),
    ]);
    await writeImageArchive(join(host.dir, 'w.tar'), { reference: 'w:1', layers });
    const [image] = await store.load(createReadStream(join(host.dir, 'w.tar')));
    assert.ok(image);
    const files = store.files(image);
    const there = async (path: string) => (await files.stat(path)) !== undefined;
    const paths = ['/gone', '/dir/old', '/dir/new', '/other/low', '/other/high'];
    assert.deepEqual(await Promise.all(paths.map(there)), [false, false, true, true, true]);
    assert.deepEqual(await files.stat('/sbin/init'), { path: '/lib/init', kind: 'file', mode: 0o755 });
    assert.equal(await files.stat('/../../etc/passwd'), undefined, 'no file of the host is visible');
  });
});

async function until(condition: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 30_000;
  while (!(await condition())) {
    assert.ok(performance.now() < deadline, 'the condition did not come to hold within 30 s');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function rejects(promise: Promise<unknown>, code: string): Promise<PouchError> {
  const error = (await promise.then(
    () => assert.fail(`expected ${code}`),
    (reason: unknown) => reason,
  )) as PouchError;
  assert.equal(error.code, code, error.stack);
  return error;
}
