import assert from 'node:assert/strict';
import { existsSync, mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { VolumeStore } from '../../../../core/volumes/VolumeStore.ts';
import type { ContainerRecord } from '../../../../hooks/engine.ts';
import { inProcessFiles } from '../files/inProcessFiles.ts';
import { record } from '../record.ts';
import { temporaryDirectory } from '../temporaryDirectory.ts';

describe('the volume store', () => {
  const directory = temporaryDirectory();
  const files = inProcessFiles();
  let containers: ContainerRecord[] = [];
  let store: VolumeStore;
  beforeEach(() => {
    containers = [];
    store = new VolumeStore(directory.path, files, () => containers);
  });

  function use(name: string): void {
    const mount = { type: 'bind', source: store.pathOf(name), options: [] };
    containers.push(record({ name: 'user', draft: { mounts: { '/data': mount } } }));
  }

  it('creates a volume with labels, and keeps it over a restart', async () => {
    const made = await store.create({ name: 'data', labels: { a: 'b' } });
    assert.equal(made.mountpoint, join(directory.path, 'volumes/data/_data'));
    assert.ok(existsSync(made.mountpoint));
    assert.deepEqual(await new VolumeStore(directory.path, files, () => []).list(), [made]);
  });

  it('denies access to users of the host: a container may put setuid programs into its volumes', async () => {
    mkdirSync(join(directory.path, 'volumes'), { mode: 0o755 });
    await store.create({ name: 'data' });
    assert.equal(statSync(join(directory.path, 'volumes')).mode & 0o777, 0o700);
  });

  it('generates a name of 64 digits', async () => {
    assert.match((await store.create({})).name, /^[0-9a-f]{64}$/);
  });

  it('does not change an existing volume', async () => {
    await store.create({ name: 'data', labels: { a: 'b' } });
    writeFileSync(join(store.pathOf('data'), 'file'), '');
    assert.deepEqual(await store.ensure('data', { labels: { c: 'd' } }), { created: false });
    assert.deepEqual((await store.inspect('data')).labels, { a: 'b' });
    assert.ok(existsSync(join(store.pathOf('data'), 'file')));
  });

  it('sets labels of a volume, and keeps them over a restart', async () => {
    await store.create({ name: 'data', labels: { a: 'b', c: 'd' } });
    writeFileSync(join(store.pathOf('data'), 'file'), '');
    await store.setLabels('data', { a: undefined, e: 'f' });
    const [kept] = await new VolumeStore(directory.path, files, () => []).list();
    assert.deepEqual(kept?.labels, { c: 'd', e: 'f' });
    assert.ok(existsSync(join(store.pathOf('data'), 'file')));
    await assert.rejects(store.setLabels('other', {}), { code: 'PCH_VOLUME_NOT_FOUND' });
    writeFileSync(join(directory.path, 'volumes/data/volume.json'), '{');
    await assert.rejects(store.setLabels('data', { a: 'b' }), { code: 'PCH_VOLUME_DAMAGED' });
  });

  it('checks what a create would refuse, and creates nothing', async () => {
    const refusing = new VolumeStore(directory.path, files, () => [], {
      preCreate: () => Promise.reject(new Error('no more volumes')),
      preRemove: () => Promise.resolve(),
      emit: () => undefined,
    });
    await assert.rejects(refusing.checkEnsure('data'), /no more volumes/);
    await assert.rejects(store.checkEnsure('../x'), { code: 'PCH_OPTION_INVALID' });
    await store.checkEnsure('data');
    assert.deepEqual(await store.list(), []);
    await store.ensure('data');
    await refusing.checkEnsure('data');
  });

  it('removes a volume, unless containers use it', async () => {
    await store.create({ name: 'data' });
    use('data');
    await assert.rejects(store.remove('data'), { code: 'PCH_CONFLICT', message: /in use by user/ });
    containers = [];
    await store.remove('data');
    await assert.rejects(store.remove('data'), { code: 'PCH_VOLUME_NOT_FOUND' });
    await store.remove('data', { force: true });
  });

  describe('with hooks', () => {
    const blame = {
      field: 'labels.owner',
      plugin: 'p',
      hook: 'volume.preCreate',
      action: 'set',
      after: 'me',
      ms: 1,
    } as const;
    let refusals: string[];
    let events: [string, string, string][];
    beforeEach(() => {
      refusals = [];
      events = [];
      store = new VolumeStore(directory.path, files, () => containers, {
        preCreate: ({ name, labels, ...draft }) => {
          if (refusals.includes(name)) return Promise.reject(new Error('no'));
          return Promise.resolve({
            draft: { ...draft, name, labels: { ...labels, owner: 'me' } },
            blame: [blame],
          });
        },
        preRemove: ({ name, labels }) =>
          refusals.includes(name) ? Promise.reject(new Error(`no: ${labels['owner']}`)) : Promise.resolve(),
        emit: (...event) => void events.push(event),
      });
    });

    it('reports each volume that is created or removed, once', async () => {
      await store.create({ name: 'data' });
      await store.ensure('data');
      await store.ensure('other');
      await store.remove('data');
      await store.remove('data', { force: true });
      await store.prune({ all: true });
      assert.deepEqual(events, [
        ['create', 'data', 'local'],
        ['create', 'other', 'local'],
        ['destroy', 'data', 'local'],
        ['destroy', 'other', 'local'],
      ]);
    });

    it('gives a new volume the labels of the draft, and leaves one that exists as it is', async () => {
      assert.deepEqual((await store.create({ name: 'data', labels: { a: 'b' } })).labels, {
        a: 'b',
        owner: 'me',
      });
      refusals = ['data'];
      assert.deepEqual(await store.ensure('data'), { created: false });
    });

    it('keeps who has changed it', async () => {
      await store.create({ name: 'data' });
      assert.deepEqual((await store.inspect('data')).blame, [blame]);
    });

    it('makes none that is refused; the same call works later', async () => {
      refusals = ['data'];
      await assert.rejects(store.create({ name: 'data' }), /no/);
      assert.deepEqual(await store.list(), []);
      refusals = [];
      await store.create({ name: 'data' });
    });

    it('removes none that is refused; a prune continues with the others', async () => {
      for (const name of ['data', 'more']) await store.create({ name });
      refusals = ['data'];
      await assert.rejects(store.remove('data'), /no: me/);
      assert.deepEqual((await store.prune({ all: true })).removed, ['more']);
      refusals = [];
      assert.deepEqual((await store.prune({ all: true })).removed, ['data']);
    });
  });

  describe('prune', () => {
    const names = async () => (await store.list()).map(({ name }) => name).sort();

    it('removes anonymous volumes that no container uses, and never a named one', async () => {
      await store.create({ name: 'named' });
      await store.ensure('unused', { anonymous: true });
      await store.ensure('used', { anonymous: true });
      const { name: generated } = await store.create({});
      use('used');
      assert.deepEqual((await store.prune()).removed.sort(), [generated, 'unused'].sort());
      assert.deepEqual(await names(), ['named', 'used']);
    });

    it('removes named volumes too with `all`', async () => {
      await store.create({ name: 'used' });
      await store.create({ name: 'unused' });
      use('used');
      assert.deepEqual((await store.prune({ all: true })).removed, ['unused']);
      assert.deepEqual(await names(), ['used']);
    });

    it('reports what the data took on the disk', async () => {
      const { mountpoint } = await store.create({ name: 'data' });
      const empty = await store.usage('data');
      writeFileSync(join(mountpoint, 'file'), 'x'.repeat(100_000));
      const used = await store.usage('data');
      assert.ok(used && empty && used >= empty + 100_000 && used < empty + 200_000, `${empty} ${used}`);
      await assert.rejects(store.usage('nosuch'), { code: 'PCH_VOLUME_NOT_FOUND' });
      assert.deepEqual(await store.prune({ all: true }), { removed: ['data'], reclaimed: used });
    });

    it('keeps volumes that its labels exclude', async () => {
      await store.create({ name: 'one', labels: { tier: 'test' } });
      await store.create({ name: 'two', labels: { tier: 'test', keep: '' } });
      await store.create({ name: 'three' });
      const filter = { all: true, labels: ['tier=test'], withoutLabels: ['keep'] };
      assert.deepEqual((await store.prune(filter)).removed, ['one']);
      assert.deepEqual(await names(), ['three', 'two']);
    });

    it('recognizes anonymous volumes by Docker’s label', async () => {
      const { name, labels } = await store.create({});
      assert.deepEqual(labels, { 'com.docker.volume.anonymous': '' });
      await store.create({ name: 'marked', labels });
      assert.deepEqual((await store.prune()).removed.sort(), [name, 'marked'].sort());
    });

    it('recognizes anonymous volumes of older versions by their names', async () => {
      const generated = '0123456789abcdef'.repeat(4);
      for (const name of [generated, 'data']) {
        mkdirSync(store.pathOf(name), { recursive: true });
        const stored = JSON.stringify({ createdAt: new Date().toISOString(), labels: {} });
        writeFileSync(join(directory.path, 'volumes', name, 'volume.json'), stored);
      }
      assert.deepEqual((await store.prune()).removed, [generated]);
      assert.deepEqual(await names(), ['data']);
    });

    it('keeps a volume whose name looks generated', async () => {
      const name = 'f'.repeat(64);
      await store.create({ name });
      assert.deepEqual((await store.prune()).removed, []);
      assert.deepEqual(await names(), [name]);
    });

    it('keeps the volume of a container that is created meanwhile', async () => {
      await store.create({ name: 'data' });
      let ensured: Promise<unknown> | undefined;
      const racing = new VolumeStore(directory.path, files, () => {
        // Between the look for users and the removal.
        ensured ??= racing.ensure('data');
        return [];
      });
      await racing.prune({ all: true });
      await ensured;
      assert.ok(existsSync(store.pathOf('data')));
      assert.deepEqual(await names(), ['data']);
    });
  });

  describe('with a damaged volume.json', () => {
    const fileOf = (name: string) => join(directory.path, 'volumes', name, 'volume.json');
    const damages: Record<string, string> = {
      'cut off': '{"createdAt":"2026',
      null: 'null',
      '{}': '{}',
      'of another type': '{"createdAt":7,"labels":{}}',
      'of a later version': '{"version":2}',
    };
    for (const [what, content] of Object.entries(damages))
      it(`(${what}) lists it with the others, uses its data, and removes it only by force`, async () => {
        await store.create({ name: 'good' });
        await store.create({ name: 'bad' });
        writeFileSync(join(store.pathOf('bad'), 'file'), '');
        writeFileSync(fileOf('bad'), content);
        const found = (await store.list()).map(({ name, damage }) => [name, damage !== undefined]);
        assert.deepEqual(Object.fromEntries(found), { good: false, bad: true });
        assert.deepEqual(await store.ensure('bad'), { created: false });
        assert.deepEqual((await store.prune({ all: true })).removed, ['good']);
        await assert.rejects(store.remove('bad'), { code: 'PCH_VOLUME_DAMAGED' });
        assert.ok(existsSync(join(store.pathOf('bad'), 'file')));
        await store.remove('bad', { force: true });
        assert.equal(existsSync(store.pathOf('bad')), false);
      });

    it('keeps data without volume.json', async () => {
      await store.create({ name: 'lost' });
      writeFileSync(join(store.pathOf('lost'), 'file'), '');
      rmSync(fileOf('lost'));
      assert.equal((await store.inspect('lost')).damage, 'volume.json: not found');
      assert.deepEqual((await store.prune({ all: true })).removed, []);
      await store.ensure('lost');
      assert.equal((await store.inspect('lost')).damage, undefined);
      assert.ok(existsSync(join(store.pathOf('lost'), 'file')));
    });
  });

  it('removes no volume while a damaged container may use it', async () => {
    await store.create({ name: 'data' });
    const damage = { path: '', problem: '', hint: '', usesUnknown: true };
    containers.push({ ...record({ name: 'unknown' }), damage });
    assert.deepEqual((await store.prune({ all: true })).removed, []);
    await assert.rejects(store.remove('data'), { message: /in use by unknown \(damaged\)/ });
  });

  it('does not list an incomplete volume, and completes it', async () => {
    mkdirSync(store.pathOf('half'), { recursive: true });
    assert.deepEqual(await store.list(), []);
    assert.deepEqual(await store.ensure('half'), { created: true });
  });

  for (const name of ['', 'x', '../up', 'a/b', '.hidden', 'sp ace', 'x'.repeat(200)])
    it(`"${name.slice(0, 20)}" is an invalid name`, async () => {
      await assert.rejects(store.ensure(name), { code: 'PCH_OPTION_INVALID' });
      await assert.rejects(store.inspect(name), { code: 'PCH_VOLUME_NOT_FOUND' });
    });
});
