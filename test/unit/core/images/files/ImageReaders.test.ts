import assert from 'node:assert/strict';
import { PouchError } from '../../../../../hooks/errors.ts';
import type { LayerFile, LayerLookup } from '../../../../../core/files/index.ts';
import type { ContainerdClient } from '../../../../../core/containerd/index.ts';
import { ImageReaders, type LayerReader } from '../../../../../core/images/files/ImageReaders.ts';

const image = { id: 'sha256:1', references: ['docker.io/library/x:1'], chainId: 'sha256:2' };
const init: LayerFile = { path: '/lib/init', kind: 'file', mode: 0o755 };

describe('the files of images', () => {
  /** Where containerd has the one layer, and where it is. */
  let layer: { type: string; known: string; place: string };
  let requests: { layers: readonly string[]; lookups: readonly LayerLookup[] }[];
  let failure: Error | undefined;
  /** Whether containerd waits for the layer. */
  let hangs: boolean;
  let found: Record<string, LayerFile>;
  let readers: ImageReaders;
  beforeEach(() => {
    layer = { type: 'bind', known: '/1/fs', place: '/1/fs' };
    requests = [];
    failure = undefined;
    hangs = false;
    found = { '/sbin/init': init };
    readers = new ImageReaders(client, reader);
  });

  const client = {
    snapshots: {
      view: () =>
        hangs
          ? Promise.reject(new PouchError('PCH_DEADLINE', 'hangs'))
          : Promise.resolve([{ type: layer.type, source: layer.known, target: '', options: [] }]),
      remove: () => Promise.resolve(),
    },
  } as unknown as ContainerdClient;
  const reader: LayerReader = {
    readLayers(layers, lookups) {
      requests.push({ layers, lookups });
      if (failure) return Promise.reject(failure);
      if (layers[0] !== layer.place) return Promise.resolve({ missing: layers[0] ?? '' });
      return Promise.resolve({ files: lookups.map(({ path }) => found[path] ?? null) });
    },
  };

  it('are looked up once, together, for all callers', async () => {
    const files = readers.open(image);
    const [first, second] = await Promise.all([files.stat('/sbin/init'), files.stat('/nope')]);
    assert.deepEqual([first, second], [init, undefined]);
    assert.deepEqual(await readers.open(image).stat('/sbin/init'), init);
    assert.equal(await readers.open(image).stat('/nope'), undefined);
    assert.deepEqual(requests, [{ layers: ['/1/fs'], lookups: [{ path: '/sbin/init' }, { path: '/nope' }] }]);
  });

  it('that were fetched need no other request; each fetch is a request, even for known files', async () => {
    const lookups = [{ path: '/sbin/init' }];
    for (const expected of [lookups, []]) {
      const files = readers.open(image);
      const [, file] = await Promise.all([files.fetch(lookups), files.stat('/sbin/init')]);
      assert.deepEqual(file, init);
      assert.deepEqual(requests.splice(0), [{ layers: ['/1/fs'], lookups: expected }]);
    }
  });

  it('are looked up again after a failure', async () => {
    failure = new Error('hangs');
    const files = readers.open(image);
    await assert.rejects(files.fetch([{ path: '/sbin/init' }]), failure);
    await assert.rejects(files.stat('/sbin/init'), failure);
    failure = undefined;
    assert.deepEqual(await files.stat('/sbin/init'), init);
  });

  it('are located again after containerd could not', async () => {
    hangs = true;
    const files = readers.open(image);
    await assert.rejects(files.stat('/sbin/init'), {
      code: 'PCH_FILE_TIMEOUT',
      message: /the layers of the image docker.io\/library\/x:1/,
    });
    hangs = false;
    assert.deepEqual(await files.stat('/sbin/init'), init);
  });

  it('are found after the layers were unpacked again elsewhere', async () => {
    const files = readers.open(image);
    await files.stat('/sbin/init');
    layer = { ...layer, known: '/2/fs', place: '/2/fs' };
    await files.stat('/other');
    assert.deepEqual(
      requests.map(({ layers }) => layers[0]),
      ['/1/fs', '/1/fs', '/2/fs'],
    );
  });

  it('report a damaged image if a layer is lost', async () => {
    layer.place = '/elsewhere';
    await assert.rejects(readers.open(image).stat('/x'), {
      code: 'PCH_IMAGE_DAMAGED',
      message: /docker.io\/library\/x:1 .* expected a layer in \/1\/fs/,
    });
  });

  it('do not exist without layers', async () => {
    assert.equal(await readers.open({ ...image, chainId: '' }).stat('/'), undefined);
    assert.equal(requests.length, 0);
  });

  it('cannot be read with a snapshotter whose layers are not directories', async () => {
    layer.type = 'ext4';
    await assert.rejects(readers.open(image).stat('/x'), { code: 'PCH_NOT_SUPPORTED', message: /ext4/ });
  });

  it('are read up to a limit, and large ones are not cached', async () => {
    const text = 'x'.repeat(100_000);
    found = {
      '/large': { path: '/large', kind: 'file', mode: 0o644, content: { text } },
      '/huge': { path: '/huge', kind: 'file', mode: 0o644, content: { tooLarge: 1e9 } },
    };
    const files = readers.open(image);
    assert.equal(await files.readText('/large', 1e6), text);
    assert.equal(await files.readText('/large', 1e6), text);
    assert.equal(requests.length, 2);
    await assert.rejects(files.readText('/huge', 1e6), { code: 'PCH_CONTENT_TOO_LARGE' });
    assert.equal(await files.readText('/nope', 1e6), undefined);
  });
});
