import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import type { RegistriesConfig } from '../../config/types.ts';
import { waitUntil } from '../../core/wait/waitUntil.ts';
import type { PouchError } from '../../hooks/errors.ts';
import type { Progress } from '../../hooks/engine.ts';
import { layerTar, writeImageArchive } from '../../scripts/lib/imageArchive.ts';
import { FaultyProxy } from '../support/FaultyProxy.ts';
import { TestImageStore } from '../support/TestImageStore.ts';
import { TestRegistry } from '../support/TestRegistry.ts';

const none = { blobs: 0, ingests: 0, snapshots: 0, leases: 0 };
const megabyte = 1 << 20;

interface Manifest {
  layers: { digest: string }[];
}

describe('pulling images', function () {
  this.timeout(120_000);
  let registry: TestRegistry;
  let proxy: FaultyProxy;
  let host: TestImageStore;

  before(async () => {
    [registry, host] = await Promise.all([TestRegistry.start(), TestImageStore.start()]);
    proxy = await FaultyProxy.start(registry.host);
    await pushImages();
  });

  after(async () => {
    await proxy?.stop();
    await Promise.all([registry?.stop(), host?.stop()]);
  });

  afterEach(async () => {
    proxy.fault = () => undefined;
    proxy.seen.length = 0;
    await host.clear();
  });

  /** `one` and `two` share the layer of 4 MB that cannot be compressed; `foreign` is for another machine. */
  async function pushImages(): Promise<void> {
    const shared = await layerTar([{ path: 'big', content: randomBytes(4 * megabyte) }]);
    for (const name of ['one', 'two']) {
      const own = await layerTar([{ path: 'name', content: name }]);
      await push(name, { reference: `${name}:latest`, layers: [shared, own] });
    }
    await push('foreign', { reference: 'foreign:latest', layers: [shared], architecture: 's390x' });
  }

  async function push(name: string, image: Parameters<typeof writeImageArchive>[1]): Promise<void> {
    const file = join(host.dir, `${name}.tar`);
    await writeImageArchive(file, image);
    await registry.push(`oci-archive:${file}`, `${name}:latest`);
  }

  const bigLayer = async () =>
    (JSON.parse((await registry.manifest('one', 'latest')).body) as Manifest).layers[0]?.digest ?? '';
  const one = () => `${proxy.host}/one:latest`;
  const isBlob = (path: string) => path.includes('/blobs/');

  it('repairs a damaged manifest or config, and downloads no layer again', async () => {
    const store = host.store({ plainHttp: [registry.host, proxy.host] });
    const ref = `${proxy.host}/one:latest`;
    const { id, target, layers } = await store.pull(ref);
    const blobs = join(host.dir, 'root/io.containerd.content.v1.content/blobs/sha256');
    for (const digest of [target.digest, id]) {
      proxy.seen.length = 0;
      await writeFile(join(blobs, digest.slice(7)), 'damaged');
      const restarted = host.store({ plainHttp: [registry.host, proxy.host] });
      assert.equal((await restarted.list())[0]?.id, id);
      await assert.rejects(restarted.get(ref), { code: 'PCH_IMAGE_DAMAGED' });
      assert.equal((await restarted.pull(ref)).id, id);
      assert.equal((await host.store().get(ref)).id, id);
      for (const layer of layers) assert.equal(proxy.requests(new RegExp(layer.digest)).length, 0);
    }
  });

  it('pulls an image, unpacks it and reports each layer’s progress', async () => {
    const progress: Progress[] = [];
    const store = host.store();
    const image = await store.pull(one(), { onProgress: (p) => progress.push(p) });
    assert.deepEqual(image.references, [one()]);
    assert.equal(await store.files(image).readText('/name', 100), 'one');
    const statuses = progress
      .filter(({ id }) => image.layers[0]?.digest.includes(id) && id)
      .map(({ status }) => status);
    assert.deepEqual(
      [...new Set(statuses)],
      ['Pulling fs layer', 'Downloading', 'Download complete', 'Extracting', 'Pull complete'],
    );
    assert.equal((await host.leftovers()).leases, 0);
  });

  it('downloads nothing again', async () => {
    const store = host.store();
    await store.pull(one());
    proxy.seen.length = 0;
    const progress: Progress[] = [];
    await store.pull(one(), { onProgress: (p) => progress.push(p) });
    assert.equal(proxy.seen.filter(({ path }) => isBlob(path)).length, 0);
    assert.ok(progress.some(({ status }) => status === 'Already exists'));
    assert.ok(progress.every(({ status }) => status !== 'Downloading'));
  });

  it('shares the download between two pulls of one image and of images with a common layer', async () => {
    const store = host.store();
    await Promise.all([store.pull(one()), store.pull(one()), store.pull(`${proxy.host}/two:latest`)]);
    const blobs = proxy.seen.filter(({ path }) => isBlob(path)).map(({ path }) => path.split('/').at(-1));
    assert.equal(blobs.length, new Set(blobs).size, 'each blob was asked for once');
    assert.equal((await store.list()).length, 2);
  });

  it('continues the other pull when one of two that share a download is cancelled', async () => {
    const store = host.store();
    const cancel = new AbortController();
    const cancelled = once(cancel.signal, 'abort');
    const big = await bigLayer();
    proxy.fault = ({ path }) => (path.endsWith(big) ? { pauseUntil: cancelled } : undefined);
    const first = store.pull(one(), {
      signal: cancel.signal,
      onProgress: ({ status }) => {
        if (status === 'Downloading') cancel.abort(new Error('enough'));
      },
    });
    const second = store.pull(one());
    await assert.rejects(first, /enough/);
    assert.deepEqual((await second).references, [one()]);
  });

  it('resumes a line that dropped where it ended', async () => {
    const big = await bigLayer();
    proxy.fault = ({ path, headers }) =>
      path.endsWith(big) && !headers.range ? { cutAfter: megabyte } : undefined;
    await host.store().pull(one());
    const ranges = proxy.seen.flatMap(({ headers }) => headers.range ?? []);
    assert.equal(ranges.length, 1);
    assert.match(ranges[0] ?? '', /^bytes=[1-9]\d*-$/);
  });

  it('copes with a server that ignores Range', async () => {
    let blobs = 0;
    proxy.fault = (request) => {
      if (!isBlob(request.path)) return undefined;
      if (request.headers.range) delete request.headers.range;
      return blobs++ < 2 ? { cutAfter: megabyte } : undefined;
    };
    const image = await host.store().pull(one());
    assert.equal(image.layers.length, 2);
  });

  it('resumes in a later pull what an earlier one had to leave', async () => {
    proxy.fault = ({ path, headers }) => {
      if (!isBlob(path)) return undefined;
      return headers.range ? { status: 503 } : { cutAfter: 2 * megabyte };
    };
    await rejects(host.store({ retries: 0 }).pull(one()), 'PCH_REGISTRY_');
    assert.equal((await host.client.leases.list()).length, 1, 'the lease keeps what came');
    proxy.seen.length = 0;
    proxy.fault = () => undefined;
    await host.store().pull(one());
    assert.ok(
      proxy.seen.some(({ headers }) => headers.range),
      'the second pull asked for the rest',
    );
    assert.equal((await host.client.leases.list()).length, 0);
  });

  it('rejects wrong content, keeps none of it, and succeeds at the next try', async () => {
    proxy.fault = ({ path }) => (isBlob(path) ? { corrupt: true } : undefined);
    const store = host.store();
    await rejects(store.pull(one()), 'PCH_DIGEST_MISMATCH');
    assert.deepEqual(await store.list(), []);
    assert.equal((await host.client.snapshots.list()).length, 0);
    proxy.fault = () => undefined;
    assert.deepEqual((await store.pull(one())).references, [one()]);
  });

  it('refuses a manifest that is not what its digest says', async () => {
    const { digest } = await registry.manifest('one', 'latest');
    proxy.fault = ({ path }) => (path.includes('/manifests/') ? { corrupt: true } : undefined);
    await rejects(host.store().pull(`${proxy.host}/one@${digest}`), 'PCH_DIGEST_MISMATCH');
    proxy.fault = () => undefined;
    const image = await host.store().pull(`${proxy.host}/one@${digest}`);
    assert.deepEqual(image.references, [`${proxy.host}/one@${digest}`]);
  });

  it('gives up on a registry that hangs, within its idle time', async () => {
    proxy.fault = ({ path }) => (isBlob(path) ? { hang: true } : undefined);
    const begin = performance.now();
    await rejects(host.store({ idleTimeout: 200, retries: 1 }).pull(one()), 'PCH_REGISTRY_UNREACHABLE');
    assert.ok(performance.now() - begin < 20_000);
  });

  describe('from a registry that sends a byte now and then', () => {
    const impatient = { minimumRate: 1024, minimumRateWindow: 1000, retries: 1 };

    for (const [what, isSlow] of [
      ['a layer', isBlob],
      ['the manifest', (path: string) => path.includes('/manifests/')],
    ] as const)
      it(`gives up on ${what}, and resumes in a pull from one that is faster`, async () => {
        proxy.fault = ({ path }) => (isSlow(path) ? { trickleMs: 20 } : undefined);
        const begin = performance.now();
        const error = await rejects(host.store(impatient).pull(one()), 'PCH_REGISTRY_TOO_SLOW');
        assert.match(
          error.message,
          /^registry \S+ sent \d+ bytes in 1 s, expected at least 1024 bytes per second$/,
        );
        assert.ok(performance.now() - begin < 20_000);
        proxy.fault = () => undefined;
        await host.store(impatient).pull(one());
      });

    it('waits as long as it takes without a minimum', async () => {
      let asked = 0;
      proxy.fault = ({ path }) =>
        path.includes('/manifests/') && asked++ === 0 ? { trickleMs: 5 } : undefined;
      await host.store({ ...impatient, minimumRate: 0, retries: 0 }).pull(one());
      assert.ok(asked > 0);
    });
  });

  it('removes the leftovers of an interrupted pull at the next start, and no other daemon’s', async () => {
    proxy.fault = ({ path }) => (isBlob(path) && path.includes('sha256') ? { trickleMs: 5 } : undefined);
    const stop = new AbortController();
    const pulling = host.store({}, '/one').pull(one(), { signal: stop.signal });
    pulling.catch(() => undefined);
    const begun = async () => (await host.leftovers()).ingests > 0;
    assert.ok(await waitUntil(begun, { withinMs: 30_000 }));
    await host.store({}, '/other').recover();
    assert.equal((await host.leftovers()).leases, 1);
    // As if the process of the pull were gone.
    await host.store({}, '/one').recover();
    assert.equal((await host.leftovers()).leases, 0);
    stop.abort();
    await assert.rejects(pulling);
    proxy.fault = () => undefined;
    await host.store({}, '/one').pull(one());
  });

  it('gives up on a registry that breaks off after some bytes, again and again', async () => {
    proxy.fault = ({ path }) => (isBlob(path) ? { cutAfter: 10 } : undefined);
    await rejects(host.store({ retries: 2 }).pull(one()), 'PCH_REGISTRY_UNREACHABLE');
  });

  it('names what does not exist, and a registry that cannot be reached', async () => {
    await rejects(host.store().pull(`${proxy.host}/nothing:1`), 'PCH_IMAGE_NOT_FOUND');
    await rejects(host.store().pull(`127.0.0.1:1/nothing:1`), 'PCH_REGISTRY_UNREACHABLE');
    assert.deepEqual(await host.leftovers(), { ...none, leases: 2 });
  });

  it('chooses the platform from an index and names those there are', async () => {
    const entries = [];
    for (const [name, architecture] of [
      ['one', 'amd64'],
      ['foreign', 's390x'],
    ] as const) {
      const { digest, mediaType, body } = await registry.manifest(name, 'latest');
      await registry.putManifest('multi', digest, mediaType, body).catch(() => undefined);
      entries.push({ mediaType, digest, size: body.length, platform: { os: 'linux', architecture } });
    }
    await execa('skopeo', copyArguments('one', 'multi:one'));
    await execa('skopeo', copyArguments('foreign', 'multi:foreign'));
    const mediaType = 'application/vnd.oci.image.index.v1+json';
    const index = JSON.stringify({ schemaVersion: 2, mediaType, manifests: entries });
    await registry.putManifest('multi', 'latest', mediaType, index);
    const store = host.store();
    const ref = `${proxy.host}/multi:latest`;
    assert.equal((await store.pull(ref, { platform: 'linux/amd64' })).config.architecture, 'amd64');
    assert.equal((await store.pull(ref, { platform: 'linux/s390x' })).config.architecture, 's390x');
    assert.equal((await store.get(ref, 'linux/s390x')).config.architecture, 's390x');
    assert.equal((await store.list()).length, 2);
    const error = await rejects(store.pull(ref, { platform: 'linux/riscv64' }), 'PCH_PLATFORM_NOT_FOUND');
    assert.match(error.message, /linux\/amd64, linux\/s390x/);
    await rejects(store.get(ref, 'linux/arm64'), 'PCH_PLATFORM_NOT_FOUND');
  });

  function copyArguments(from: string, to: string): string[] {
    const source = `docker://${registry.host}/${from}:latest`;
    return [
      'copy',
      '--src-tls-verify=false',
      '--dest-tls-verify=false',
      source,
      `docker://${registry.host}/${to}`,
    ];
  }

  it('refuses an image for another architecture unless it is requested', async () => {
    const ref = `${proxy.host}/foreign:latest`;
    const error = await rejects(host.store().pull(ref), 'PCH_PLATFORM_NOT_FOUND');
    assert.match(error.hint ?? '', /`platform` linux\/s390x/);
    assert.equal((await host.store().pull(ref, { platform: 'linux/s390x' })).config.architecture, 's390x');
  });

  it('unpacks layers of zstd', async () => {
    const file = join(host.dir, 'plain.tar');
    const layers = [await layerTar([{ path: 'name', content: 'one' }])];
    await writeImageArchive(file, { reference: 'plain:latest', layers, compress: false });
    await registry.push(`oci-archive:${file}`, 'zstd:latest', '--dest-compress-format', 'zstd');
    const store = host.store();
    const image = await store.pull(`${proxy.host}/zstd:latest`);
    assert.match(image.layers[0]?.mediaType ?? '', /zstd$/);
    assert.equal(await store.files(image).readText('/name', 100), 'one');
  });

  it('logs in with a bearer token, and never repeats a secret in an error', async () => {
    const tokens = new Set<string>();
    proxy.fault = ({ path, headers }) => {
      if (path.startsWith('/token')) {
        const good = headers.authorization === `Basic ${Buffer.from('user:s3cret').toString('base64')}`;
        if (!good) return { status: 401, body: '{"details":"incorrect username or password"}' };
        tokens.add('t0ken');
        return { status: 200, body: '{"token":"t0ken","expires_in":60}' };
      }
      if (headers.authorization === 'Bearer t0ken') return undefined;
      const realm = `Bearer realm="http://${proxy.host}/token",service="registry",scope="repository:one:pull"`;
      return { status: 401, headers: { 'www-authenticate': realm } };
    };
    const store = host.store();
    await rejects(store.pull(one()), 'PCH_REGISTRY_DENIED');
    const auth = { username: 'user', password: 'wr0ng' };
    const error = await rejects(store.pull(one(), { auth }), 'PCH_REGISTRY_DENIED');
    assert.doesNotMatch(
      JSON.stringify([error.message, error.hint, String(error.cause)]),
      /wr0ng|s3cret|d3Iw/,
    );
    await store.pull(one(), { auth: { username: 'user', password: 's3cret' } });
    const [request] = proxy.requests(/^\/token.*account=user/).slice(-1);
    assert.match(request?.path ?? '', /service=registry&scope=repository%3Aone%3Apull/);
  });

  it('logs in with the password that docker login stored', async () => {
    const expected = `Basic ${Buffer.from('user:s3cret').toString('base64')}`;
    proxy.fault = ({ headers }) =>
      headers.authorization === expected
        ? undefined
        : { status: 401, headers: { 'www-authenticate': 'Basic realm="here"' } };
    const dockerConfig = join(host.dir, 'config.json');
    const auths = { [proxy.host]: { auth: Buffer.from('user:s3cret').toString('base64') } };
    await writeFile(dockerConfig, JSON.stringify({ auths }));
    await host.store({ dockerConfig }).pull(one());
    await writeFile(dockerConfig, 'not json');
    await rejects(host.store({ dockerConfig }).pull(one()), 'PCH_CREDENTIALS_INVALID');
    // Those of pouchd.yaml come first.
    const credentials = { [proxy.host]: { username: 'user', password: 's3cret' } };
    await host.store({ dockerConfig, credentials }).pull(one());
  });

  it('does not take the credentials along when a blob is redirected to another host', async () => {
    const storage = await FaultyProxy.start(registry.host);
    try {
      const needed = `Basic ${Buffer.from('user:s3cret').toString('base64')}`;
      proxy.fault = ({ path, headers }) => {
        if (headers.authorization !== needed) {
          return { status: 401, headers: { 'www-authenticate': 'Basic realm="here"' } };
        }
        return isBlob(path)
          ? { status: 307, headers: { location: `http://${storage.host}${path}` } }
          : undefined;
      };
      await host.store().pull(one(), { auth: { username: 'user', password: 's3cret' } });
      assert.ok(storage.seen.length >= 3);
      assert.ok(storage.seen.every(({ headers }) => headers.authorization === undefined));
    } finally {
      await storage.stop();
    }
  });

  it('asks mirrors first, from their configuration on, and the registry itself when they fail', async () => {
    const mirror = await FaultyProxy.start(registry.host);
    try {
      const settings: Partial<RegistriesConfig> = { retries: 0 };
      const store = host.store(settings);
      await store.pull(one());
      assert.equal(mirror.seen.length, 0);
      await host.clear();
      // As a reload of pouchd.yaml does.
      Object.assign(settings, { mirrors: { [proxy.host]: [`http://${mirror.host}`] } });
      proxy.seen.length = 0;
      await store.pull(one());
      assert.ok(mirror.seen.length > 0);
      assert.equal(proxy.seen.length, 0);
      await host.clear();
      mirror.fault = () => ({ status: 500 });
      await store.pull(one());
      assert.ok(proxy.seen.length > 0);
    } finally {
      await mirror.stop();
    }
  });

  it('keeps the image that lost its name, without one, until prune', async () => {
    const store = host.store();
    const target = `${registry.host}/moving:latest`;
    await execa('skopeo', copyArguments('one', 'moving:latest'));
    const first = await store.pull(target);
    await execa('skopeo', copyArguments('two', 'moving:latest'));
    const second = await store.pull(target);
    assert.notEqual(first.id, second.id);
    assert.deepEqual((await store.get(first.id)).references, []);
    const { deleted, reclaimed } = await store.prune();
    assert.deepEqual(deleted, [first.id]);
    assert.ok(reclaimed > 0);
    assert.deepEqual(
      (await store.list()).map(({ id }) => id),
      [second.id],
    );
  });
});

async function rejects(promise: Promise<unknown>, code: string): Promise<PouchError> {
  const error = (await promise.then(
    () => assert.fail(`expected ${code}`),
    (reason: unknown) => reason,
  )) as PouchError;
  assert.ok(String(error.code).startsWith(code), `expected ${code}, got ${error.code}: ${error.stack}`);
  return error;
}
