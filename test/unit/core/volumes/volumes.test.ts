import assert from 'node:assert/strict';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { VolumeStore } from '../../../../core/volumes/volumes.ts';
import type { ContainerRecord } from '../../../../hooks/engine.ts';
import { record } from '../record.ts';
import { temporaryDirectory } from '../temporaryDirectory.ts';

describe('the volume store', () => {
  const directory = temporaryDirectory();
  let containers: ContainerRecord[] = [];
  let store: VolumeStore;
  beforeEach(() => {
    containers = [];
    store = new VolumeStore(directory.path, () => containers);
  });

  function use(name: string): void {
    const mount = { type: 'bind', source: store.pathOf(name), options: [] };
    containers.push(record({ name: 'user', draft: { mounts: { '/data': mount } } }));
  }

  it('makes one, with labels, and keeps it over a restart', async () => {
    const made = await store.create({ name: 'data', labels: { a: 'b' } });
    assert.equal(made.mountpoint, join(directory.path, 'volumes/data/_data'));
    assert.ok(existsSync(made.mountpoint));
    assert.deepEqual(await new VolumeStore(directory.path, () => []).list(), [made]);
  });

  it('gives one without a name a long one', async () => {
    assert.match((await store.create({})).name, /^[0-9a-f]{64}$/);
  });

  it('leaves one that exists as it is', async () => {
    await store.create({ name: 'data', labels: { a: 'b' } });
    writeFileSync(join(store.pathOf('data'), 'file'), '');
    assert.deepEqual(await store.ensure('data', { c: 'd' }), { created: false });
    assert.deepEqual((await store.inspect('data')).labels, { a: 'b' });
    assert.ok(existsSync(join(store.pathOf('data'), 'file')));
  });

  it('removes it, unless somebody uses it', async () => {
    await store.create({ name: 'data' });
    use('data');
    await assert.rejects(store.remove('data'), { code: 'PCH_CONFLICT', message: /in use by user/ });
    containers = [];
    await store.remove('data');
    await assert.rejects(store.remove('data'), { code: 'PCH_VOLUME_NOT_FOUND' });
    await store.remove('data', { force: true });
  });

  it('prunes those that nobody uses', async () => {
    await store.create({ name: 'used' });
    await store.create({ name: 'unused' });
    use('used');
    assert.deepEqual(await store.prune(), ['unused']);
    assert.deepEqual(
      (await store.list()).map(({ name }) => name),
      ['used'],
    );
  });

  it('does not take what a crash left half made, and makes it whole', async () => {
    mkdirSync(store.pathOf('half'), { recursive: true });
    assert.deepEqual(await store.list(), []);
    assert.deepEqual(await store.ensure('half'), { created: true });
  });

  for (const name of ['', 'x', '../up', 'a/b', '.hidden', 'sp ace', 'x'.repeat(200)])
    it(`"${name.slice(0, 20)}" is no name`, async () => {
      await assert.rejects(store.ensure(name), { code: 'PCH_OPTION_INVALID' });
      await assert.rejects(store.inspect(name), { code: 'PCH_VOLUME_NOT_FOUND' });
    });
});
