import assert from 'node:assert/strict';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DriverLookup } from '../../../../core/volumes/driverLookup.ts';
import { knownDriver, OwnedVolumeDriver } from '../../../../core/volumes/VolumeDrivers.ts';
import { VolumeStore } from '../../../../core/volumes/VolumeStore.ts';
import type { VolumeDriver } from '../../../../hooks/contributions/volumeDriver.ts';
import { inProcessFiles } from '../files/inProcessFiles.ts';
import { temporaryDirectory } from '../temporaryDirectory.ts';

describe('volumes of a driver', () => {
  const directory = temporaryDirectory();
  const warned: string[] = [];
  const warn = (message: string) => void warned.push(message);
  let drivers: Map<string, OwnedVolumeDriver>;
  let made: Set<string>;
  let faults: Set<string>;
  let mounts = '';

  const fail = (moment: string) => {
    if (faults.has(moment)) throw new Error(moment);
  };
  const driver: VolumeDriver = {
    name: 'd',
    doc: 'Keeps names in a set.',
    create({ name }) {
      // volume.json says that it is under way before anything is.
      assert.match(
        readFileSync(join(directory.path, 'volumes', name, 'volume.json'), 'utf8'),
        /"unfinished": "create"/,
      );
      made.add(name);
      fail('create');
    },
    remove({ name }) {
      fail('remove');
      made.delete(name);
    },
  };
  const lookup: DriverLookup = {
    find: (name) => drivers.get(name),
    known: (name) => drivers.get(name) ?? knownDriver({ contributions: [] }, name),
    use: (work) => work(),
    mountinfo: () => Promise.resolve(mounts),
    log: { debug: warn, info: warn, warn, error: warn },
  };
  const newStore = () => new VolumeStore(directory.path, inProcessFiles(), () => [], undefined, lookup);
  let store: VolumeStore;

  beforeEach(() => {
    const local = new OwnedVolumeDriver('volume-local', { name: 'local', doc: '' });
    drivers = new Map([
      ['local', local],
      ['d', new OwnedVolumeDriver('p', driver)],
    ]);
    made = new Set();
    faults = new Set();
    mounts = '';
    store = newStore();
  });
  afterEach(async () => {
    faults.clear();
    for (const { name } of await store.list()) await store.remove(name, { force: true });
  });

  const create = () => store.create({ name: 'data', driver: 'd' });

  it('are created and removed by it, and record it', async () => {
    const volume = await create();
    assert.deepEqual([volume.driver, volume.unfinished, [...made]], ['d', undefined, ['data']]);
    assert.deepEqual(await store.sourceOf('data'), {
      name: 'data',
      driver: 'd',
      options: {},
      mountpoint: store.pathOf('data'),
    });
    await store.remove('data');
    assert.deepEqual([...made], []);
    assert.equal(await store.sourceOf('data'), undefined);
  });

  it('refuse another driver, and take none for the one that they have', async () => {
    await create();
    await assert.rejects(store.ensure('data', { driver: 'local' }), { code: 'PCH_CONFLICT' });
    assert.deepEqual(await store.ensure('data'), { created: false });
    await assert.rejects(store.ensure('more', { driver: 'x' }), { code: 'PCH_VOLUME_DRIVER_UNKNOWN' });
    await assert.rejects(store.ensure('more', { driver: 'd', options: { a: '1' } }), {
      code: 'PCH_OPTION_INVALID',
      message: 'the volume driver d has no option "a"',
    });
  });

  it('are undone if the driver fails, and can be created then', async () => {
    faults.add('create');
    await assert.rejects(create(), { code: 'PCH_PLUGIN_FAILED', plugin: 'p', message: 'create' });
    assert.deepEqual([...made], []);
    assert.deepEqual(await store.list(), []);
    faults.clear();
    await create();
  });

  it('are undone by a later store, in the order of the names, past those that fail', async () => {
    faults.add('create').add('remove');
    await assert.rejects(create(), /create/);
    const [left] = await store.list();
    assert.equal(left?.unfinished, 'create');
    assert.match(left.problem ?? '', /its create by the driver d is unfinished/);
    await newStore().recover();
    assert.deepEqual([...made], ['data']);
    faults.clear();
    await newStore().recover();
    assert.deepEqual([...made], []);
    assert.ok(!existsSync(join(directory.path, 'volumes/data')));
  });

  it('whose removal failed cannot be used, and are removed by a create of the name', async () => {
    await create();
    faults.add('remove');
    await assert.rejects(store.remove('data'), /remove/);
    assert.equal((await store.inspect('data')).unfinished, 'remove');
    assert.equal(await store.sourceOf('data'), undefined);
    await assert.rejects(store.ensure('data', { driver: 'd' }), /remove/);
    faults.clear();
    assert.deepEqual(await store.ensure('data'), { created: true });
    assert.deepEqual([(await store.inspect('data')).driver, [...made]], ['local', []]);
  });

  it('whose volume.json is lost keep their data: a create that fails would delete it', async () => {
    await create();
    writeFileSync(join(store.pathOf('data'), 'file'), '');
    rmSync(join(directory.path, 'volumes/data/volume.json'));
    faults.add('create');
    await assert.rejects(create(), { code: 'PCH_VOLUME_DAMAGED' });
    assert.ok(existsSync(join(store.pathOf('data'), 'file')));
    await store.remove('data', { force: true });
    faults.clear();
    await create();
  });

  it('whose driver is gone are listed and stay, unless forced', async () => {
    await create();
    drivers.delete('d');
    assert.match((await store.list())[0]?.problem ?? '', /has the driver d, which no plugin provides/);
    await assert.rejects(store.remove('data'), { code: 'PCH_VOLUME_DRIVER_MISSING' });
    await store.discard('data');
    assert.equal((await store.list()).length, 1);
    assert.deepEqual((await store.prune({ all: true })).removed, []);
    await store.remove('data', { force: true });
    assert.deepEqual(await store.list(), []);
  });

  it('are not deleted while something is mounted on them', async () => {
    await create();
    mounts = `36 35 0:40 / ${store.pathOf('data')} rw - nfs4 nas:/x rw\n`;
    await assert.rejects(store.remove('data', { force: true }), {
      code: 'PCH_CONFLICT',
      message: 'nas:/x (nfs4) is still mounted on the volume data',
    });
    mounts = '';
    await store.remove('data');
  });
});
