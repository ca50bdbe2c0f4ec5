import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import type { ImageStore } from '../../core/images/index.ts';
import type { Progress } from '../../hooks/engine.ts';
import { layerTar, writeImageArchive } from '../../scripts/lib/imageArchive.ts';
import { FaultyProxy, type SeenRequest } from '../support/FaultyProxy.ts';
import { TestImageStore } from '../support/TestImageStore.ts';
import { TestRegistry } from '../support/TestRegistry.ts';

const megabyte = 1 << 20;

describe('pushing images', function () {
  this.timeout(60_000);
  let registry: TestRegistry;
  let proxy: FaultyProxy;
  let host: TestImageStore;
  let store: ImageStore;
  /** Of this test's image: it is new, so that no registry has its layers. */
  let name: string;
  let count = 0;

  before(async () => {
    [registry, host] = await Promise.all([TestRegistry.start(), TestImageStore.start()]);
    proxy = await FaultyProxy.start(registry.host);
  });

  after(async () => {
    await proxy?.stop();
    await Promise.all([registry?.stop(), host?.stop()]);
  });

  beforeEach(async () => {
    proxy.fault = () => undefined;
    proxy.seen.length = 0;
    store = host.store();
    name = `team/app${(count += 1)}`;
    await loadImage();
  });

  afterEach(async () => host.clear());

  const ref = (tag = '1') => `${proxy.host}/${name}:${tag}`;

  async function loadImage(tag = '1', layer = randomBytes(2 * megabyte)): Promise<void> {
    const file = join(host.dir, 'image.tar');
    const layers = [await layerTar([{ path: 'data', content: layer }])];
    await writeImageArchive(file, { reference: ref(tag), layers });
    await store.load(createReadStream(file));
  }

  async function push(reference = ref(), options: Parameters<ImageStore['push']>[1] = {}) {
    const steps: Progress[] = [];
    const pushed = await store.push(reference, { ...options, onProgress: (step) => steps.push(step) });
    return { pushed, statuses: steps.map(({ status }) => status) };
  }

  const uploads = () => proxy.seen.filter(({ method }) => method === 'PATCH');
  const isUpload = ({ method }: SeenRequest) => method === 'PATCH';

  it('store them at the registry, from which they are pulled with the same digest', async () => {
    const { id, target } = await store.get(ref());
    const { pushed, statuses } = await push();
    assert.deepEqual(pushed, [{ tag: '1', digest: target.digest, size: target.size }]);
    assert.equal(statuses.filter((status) => status === 'Pushed').length, 2);
    assert.ok(host.events.some(({ action, id: of }) => action === 'push' && of === ref()));
    await store.remove(ref());
    assert.equal((await store.pull(ref())).id, id);
  });

  it('upload no layer that the registry has, and mount those of its other repositories', async () => {
    await push();
    assert.equal(uploads().length, 2);
    assert.deepEqual((await push()).statuses.filter((status) => status === 'Layer already exists').length, 2);
    const other = `${proxy.host}/another/name${count}:2`;
    await store.tag(ref(), other);
    const { statuses } = await push(other);
    assert.equal(statuses.filter((status) => status === `Mounted from ${name}`).length, 2);
    assert.equal(uploads().length, 2);
  });

  it('push all tags of a repository, and layers that two pushes share once', async () => {
    const layer = randomBytes(megabyte);
    await loadImage('a', layer);
    await loadImage('b', layer);
    await Promise.all([push(ref('a')), push(ref('b'))]);
    // The layer, and the configuration that both have.
    assert.equal(uploads().length, 2);
    const { pushed } = await push(`${proxy.host}/${name}`, { allTags: true });
    assert.deepEqual(pushed.map(({ tag }) => tag).sort(), ['1', 'a', 'b']);
    assert.deepEqual((await store.remoteTags(`${proxy.host}/${name}`)).sort(), ['1', 'a', 'b']);
  });

  it('begin an upload again whose connection breaks, if the registry does not keep what it has', async () => {
    let isCut = false;
    proxy.fault = (request) => {
      if (isCut || !isUpload(request) || Number(request.headers['content-length']) < megabyte)
        return undefined;
      isCut = true;
      return { cutRequestAfter: megabyte };
    };
    const { id } = await store.get(ref());
    await push();
    assert.equal(uploads().length, 3);
    await store.remove(ref());
    assert.equal((await store.pull(ref())).id, id);
  });

  it('fail if the registry stores something else, and work when it no longer does', async () => {
    const other = `sha256:${'0'.repeat(64)}`;
    proxy.fault = ({ method, path }) =>
      method === 'PUT' && path.includes('/manifests/')
        ? { headers: { 'docker-content-digest': other } }
        : undefined;
    await assert.rejects(push(), { code: 'PCH_DIGEST_MISMATCH', message: /found sha256:0000/ });
    proxy.fault = () => undefined;
    await push();
  });

  it('report what a registry refuses, and leave nothing on the host', async () => {
    const leases = (await host.leftovers()).leases;
    for (const status of [401, 403]) {
      proxy.fault = ({ method }) => (method === 'POST' ? { status } : undefined);
      await assert.rejects(push(), { code: 'PCH_REGISTRY_DENIED' });
    }
    proxy.fault = (request) => (isUpload(request) ? { status: 413 } : undefined);
    await assert.rejects(push(), { code: 'PCH_REGISTRY_FAILED', message: /413/ });
    assert.equal((await host.leftovers()).leases, leases);
    proxy.fault = () => undefined;
    await push();
  });

  it('end with their caller', async () => {
    const caller = new AbortController();
    proxy.fault = (request) => {
      if (!isUpload(request)) return undefined;
      setImmediate(() => caller.abort());
      return { hang: true };
    };
    await assert.rejects(push(ref(), { signal: caller.signal }), { name: 'AbortError' });
    proxy.fault = () => undefined;
    await push();
  });

  it('ask for a token to push, and to mount', async () => {
    await push();
    const other = `${proxy.host}/another/name${count}:2`;
    await store.tag(ref(), other);
    const realm = `Bearer realm="http://${proxy.host}/token",service="registry"`;
    proxy.fault = ({ path, headers }) => {
      if (path.startsWith('/token')) return { status: 200, body: '{"token":"t0ken"}' };
      if (headers.authorization === 'Bearer t0ken') return undefined;
      return { status: 401, headers: { 'www-authenticate': realm } };
    };
    await push(other, { auth: { username: 'user', password: 'pass' } });
    const asked = new URL(proxy.requests(/^\/token/)[0]?.path ?? '', 'http://registry').searchParams;
    const scopes = [`repository:another/name${count}:pull,push`, `repository:${name}:pull`];
    assert.deepEqual(asked.getAll('scope'), scopes);
  });

  it('push the platform that is on the host if others of an index are not', async () => {
    await push();
    const { target } = await store.get(ref());
    const missing = {
      ...target,
      digest: `sha256:${'1'.repeat(64)}`,
      platform: { os: 'linux', architecture: 's390x' },
    };
    const mediaType = 'application/vnd.oci.image.index.v1+json';
    const manifests = [{ ...target, platform: { os: 'linux', architecture: 'amd64' } }];
    const index = { schemaVersion: 2, mediaType, manifests };
    await registry.putManifest(name, 'whole', mediaType, JSON.stringify(index));
    await store.pull(ref('whole'));
    const whole = await push(ref('whole'));
    assert.equal(whole.pushed[0]?.digest, (await store.get(ref('whole'))).target.digest);
    proxy.fault = ({ path }) =>
      path.endsWith('/manifests/part')
        ? {
            status: 200,
            headers: { 'content-type': mediaType },
            body: JSON.stringify({ ...index, manifests: [...manifests, missing] }),
          }
        : undefined;
    await store.pull(ref('part'));
    proxy.fault = () => undefined;
    const { pushed, statuses } = await push(ref('part'));
    assert.equal(pushed[0]?.digest, target.digest);
    assert.match(statuses[0] ?? '', /^Only linux\/amd64 of .*:part is on this host/);
  });

  it('refuse names that cannot be pushed', async () => {
    const { target } = await store.get(ref());
    for (const [given, code] of [
      [`${proxy.host}/nosuch:1`, 'PCH_IMAGE_NOT_FOUND'],
      [`${proxy.host}/${name}@${target.digest}`, 'PCH_REFERENCE_INVALID'],
      ['Upper', 'PCH_REFERENCE_INVALID'],
    ] as const)
      await assert.rejects(push(given), { code }, given);
    await assert.rejects(push(`${proxy.host}/nosuch`, { allTags: true }), { code: 'PCH_IMAGE_NOT_FOUND' });
  });

  it('are looked up at the registry without a pull', async () => {
    await push();
    const { target } = await store.get(ref());
    const { descriptor, platforms } = await store.remote(ref());
    assert.equal(descriptor.digest, target.digest);
    assert.deepEqual(platforms, [{ os: 'linux', architecture: 'amd64' }]);
    await assert.rejects(store.remote(ref('nosuch')), { code: 'PCH_IMAGE_NOT_FOUND' });
  });

  it('are found by a search, in the catalog of a registry without one', async () => {
    await push();
    const found = await store.search(`${proxy.host}/${name.slice(0, -1)}`, { limit: 100 });
    assert.ok(found.some((one) => one.name === `${proxy.host}/${name}`));
    await assert.rejects(store.search(`${proxy.host}/`, { limit: 10 }), { code: 'PCH_OPTION_INVALID' });
  });

  it('are found by the search of a registry that has one', async () => {
    const results = [
      { name: 'one', description: 'first', star_count: 7, is_official: true },
      { name: 3 },
      'nothing',
      { name: 'two' },
    ];
    const server = createServer((_request, response) => response.end(JSON.stringify({ results })));
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    try {
      const { port } = server.address() as AddressInfo;
      assert.deepEqual(await store.search(`127.0.0.1:${port}/x`, { limit: 10 }), [
        { name: 'one', description: 'first', stars: 7, isOfficial: true },
        { name: 'two', description: '', stars: 0, isOfficial: false },
      ]);
    } finally {
      server.close();
    }
  });

  it('need credentials that the registry accepts', async () => {
    const right = `Basic ${Buffer.from('user:pass').toString('base64')}`;
    proxy.fault = ({ headers }) =>
      headers.authorization === right
        ? undefined
        : { status: 401, headers: { 'www-authenticate': 'Basic realm="registry"' } };
    const login = { username: 'user', serverAddress: proxy.host };
    await store.authenticate({ ...login, password: 'pass' });
    await assert.rejects(store.authenticate({ ...login, password: 'wrong' }), (error: Error) => {
      assert.doesNotMatch(error.message, /wrong/);
      return (error as { code?: string }).code === 'PCH_REGISTRY_DENIED';
    });
    await assert.rejects(store.authenticate({ serverAddress: proxy.host }), { code: 'PCH_OPTION_INVALID' });
  });
});
