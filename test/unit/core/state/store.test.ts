import assert from 'node:assert/strict';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { ContainerStore } from '../../../../core/state/store.ts';
import { record } from '../record.ts';
import { temporaryDirectory } from '../temporaryDirectory.ts';

describe('the container store', () => {
  const directory = temporaryDirectory();
  let store: ContainerStore;
  beforeEach(() => {
    store = new ContainerStore(directory.path);
  });

  const a = () => record({ id: `aa11${'0'.repeat(60)}`, name: 'first' });
  const b = () => record({ id: `aa22${'0'.repeat(60)}`, name: 'second' });

  async function saved(...records: ReturnType<typeof record>[]): Promise<void> {
    await store.load();
    for (const one of records) {
      mkdirSync(store.directoryOf(one.id));
      store.add(one);
      await store.save(one);
    }
  }

  it('finds by name, with or without a slash, by id and by a prefix of it', async () => {
    await saved(a(), b());
    for (const ref of ['first', '/first', a().id, 'aa1', 'aa11000'])
      assert.equal(store.find(ref).name, 'first', ref);
  });

  it('says when a prefix fits several, and when there is none', async () => {
    await saved(a(), b());
    assert.throws(() => store.find('aa'), { code: 'PCH_ID_AMBIGUOUS' });
    for (const ref of ['nobody', 'aa3', '', '/'])
      assert.throws(() => store.find(ref), { code: 'PCH_CONTAINER_NOT_FOUND' }, ref);
  });

  it('has after a restart what was saved', async () => {
    await saved(a(), b());
    const again = new ContainerStore(directory.path);
    assert.deepEqual(await again.load(), { unreadable: [] });
    assert.deepEqual(
      again
        .list()
        .map(({ name }) => name)
        .sort(),
      ['first', 'second'],
    );
    assert.deepEqual(again.find('first'), a());
  });

  it('tells directories without a record that can be read, and reads the others', async () => {
    await saved(a());
    mkdirSync(`${directory.path}/containers/cut`);
    mkdirSync(`${directory.path}/containers/broken`);
    writeFileSync(`${directory.path}/containers/broken/config.json`, '{"id":');
    const again = new ContainerStore(directory.path);
    assert.deepEqual((await again.load()).unreadable.sort(), ['broken', 'cut']);
    assert.equal(again.list().length, 1);
  });

  it('gives a name once, also while its container is being made', async () => {
    await saved(a());
    assert.throws(() => store.reserve('first'), { code: 'PCH_NAME_IN_USE', message: /aa1100000000/ });
    const reserved = store.reserve('third');
    assert.throws(() => store.reserve('third'), { code: 'PCH_NAME_IN_USE', message: /being made/ });
    assert.ok(store.isNameTaken('first') && store.isNameTaken('third'));
    reserved.release();
    assert.equal(store.isNameTaken('third'), false);
    store.reserve('third').release();
  });

  it('a container that leaves gives its name away, and is no user of anything any more', async () => {
    await saved(a());
    const first = store.find('first');
    store.forgetName(first);
    store.reserve('first').release();
    assert.equal(store.list().length, 1);
    assert.deepEqual(store.listStaying(), []);
    const next = record({ id: `bb${'0'.repeat(62)}`, name: 'first' });
    await saved(next);
    await store.delete(first.id);
    assert.equal(store.find('first').id, next.id);
  });

  it('does not bring back a removed container that a late verb saves', async () => {
    const late = a();
    await saved(late);
    await store.delete(late.id);
    await assert.rejects(store.save(late), { code: 'PCH_CONTAINER_NOT_FOUND' });
    assert.ok(!existsSync(store.directoryOf(late.id)));
  });

  it('removes a container with its directory', async () => {
    await saved(a());
    const path = store.directoryOf(a().id);
    await store.delete(a().id);
    assert.equal(existsSync(path), false);
    assert.throws(() => store.find('first'), { code: 'PCH_CONTAINER_NOT_FOUND' });
    await store.delete(a().id);
  });

  it('shows a container that is being made to its own effects alone', async () => {
    await store.load();
    const staged = store.stage(a());
    assert.equal(store.get(a().id).name, 'first');
    assert.deepEqual(store.list(), []);
    assert.throws(() => store.find('first'), { code: 'PCH_CONTAINER_NOT_FOUND' });
    staged.unstage();
    assert.throws(() => store.get(a().id), { code: 'PCH_CONTAINER_NOT_FOUND' });
  });
});
