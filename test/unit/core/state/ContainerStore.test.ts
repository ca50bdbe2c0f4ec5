import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { ContainerStore } from '../../../../core/state/ContainerStore.ts';
import { runWithFewDescriptors } from '../../../support/withoutDescriptors.ts';
import { fullRecord } from '../fullRecord.ts';
import { temporaryDirectory } from '../temporaryDirectory.ts';

describe('the container store', () => {
  const directory = temporaryDirectory();
  let store: ContainerStore;
  beforeEach(() => {
    store = new ContainerStore(directory.path);
  });

  const stored = (start: string, name: string) => {
    const id = start.padEnd(64, '0');
    return fullRecord(id, store.directoryOf(id), { name });
  };
  const a = () => stored('aa11', 'first');
  const b = () => stored('aa22', 'second');
  const configOf = (id: string) => `${store.directoryOf(id)}/config.json`;

  async function saved(...records: ReturnType<typeof fullRecord>[]): Promise<void> {
    await store.load();
    for (const one of records) {
      mkdirSync(store.directoryOf(one.id));
      store.add(one);
      await store.save(one);
    }
  }

  it('finds a container by name, with or without a slash, by id and by id prefix', async () => {
    await saved(a(), b());
    for (const ref of ['first', '/first', a().id, 'aa1', 'aa11000'])
      assert.equal(store.find(ref).name, 'first', ref);
  });

  it('reports an ambiguous prefix and an unknown container', async () => {
    await saved(a(), b());
    assert.throws(() => store.find('aa'), { code: 'PCH_ID_AMBIGUOUS' });
    for (const ref of ['nobody', 'aa3', '', '/'])
      assert.throws(() => store.find(ref), { code: 'PCH_CONTAINER_NOT_FOUND' }, ref);
  });

  it('loads what was saved', async () => {
    await saved(a(), b());
    const again = new ContainerStore(directory.path);
    assert.deepEqual(await again.load(), { recordless: [], damaged: [] });
    assert.deepEqual(
      again
        .list()
        .map(({ name }) => name)
        .sort(),
      ['first', 'second'],
    );
    assert.deepEqual(again.find('first'), a());
  });

  it('loads sound containers beside damaged ones and directories without a record', async () => {
    await saved(a(), b());
    const [cut, strange] = ['cc', 'dd'].map((digits) => digits.repeat(32)) as [string, string];
    mkdirSync(store.directoryOf(cut));
    mkdirSync(store.directoryOf(strange));
    writeFileSync(configOf(strange), '{"id":');
    writeFileSync(configOf(b().id), readFileSync(configOf(a().id)));
    const again = new ContainerStore(directory.path);
    const { recordless, damaged } = await again.load();
    assert.deepEqual(recordless, [cut]);
    assert.deepEqual(Object.fromEntries(damaged.map(({ id, read }) => [id, read.problem])), {
      [b().id]: `config.json: id: expected ${b().id}, found ${a().id}`,
      [strange]: 'config.json: expected JSON, found "{\\"id\\":"',
    });
    assert.deepEqual(
      again.list().map(({ name }) => name),
      ['first'],
    );
  });

  it('ignores other directories', async () => {
    await store.load();
    for (const name of ['lost+found', 'backup', 'AB'.repeat(32)])
      mkdirSync(`${directory.path}/containers/${name}`);
    assert.deepEqual(await new ContainerStore(directory.path).load(), { recordless: [], damaged: [] });
    assert.ok(existsSync(`${directory.path}/containers/lost+found`));
  });

  it('finishes an interrupted removal', async () => {
    await saved(a());
    const removed = `${store.directoryOf(b().id)}.removed`;
    mkdirSync(removed);
    writeFileSync(`${removed}/config.json`, '{}');
    assert.deepEqual(await new ContainerStore(directory.path).load(), { recordless: [], damaged: [] });
    assert.equal(existsSync(removed), false);
  });

  it('reads a record without a version, and rejects one of a later version', async () => {
    await saved(a(), b());
    assert.match(readFileSync(configOf(a().id), 'utf8'), /^\{\n "version": 1,/);
    writeFileSync(configOf(a().id), JSON.stringify(a()));
    writeFileSync(configOf(b().id), JSON.stringify({ version: 2, what: 'is this?' }));
    const again = new ContainerStore(directory.path);
    const { damaged } = await again.load();
    assert.deepEqual(again.find('first'), a());
    assert.deepEqual(damaged, [
      {
        id: b().id,
        read: { state: 'newer', problem: 'config.json: expected version 1, found 2 of a newer Pouch' },
      },
    ]);
  });

  it('lists a damaged container separately, and returns it only to callers that accept one', async () => {
    await saved(a());
    const problem = 'config.json: expected an object, found null';
    const damage = { path: configOf(b().id), problem, hint: 'restore it', usesUnknown: true };
    store.quarantine({ ...b(), damage });
    assert.equal(store.findAny('second').damage?.problem, problem);
    assert.equal(store.findAny('aa2').id, b().id);
    assert.throws(() => store.find('second'), {
      code: 'PCH_CONTAINER_DAMAGED',
      message: `the container second is damaged: ${problem}`,
      hint: 'restore it',
    });
    assert.deepEqual([store.has(b().id), store.knows(b().id)], [false, true]);
    assert.equal(store.list().length, 1);
    assert.equal(store.listUsers().length, 2);
    assert.ok(store.isNameTaken('second'));
    await store.delete(b().id);
    assert.deepEqual(store.damaged(), []);
    assert.equal(store.isNameTaken('second'), false);
  });

  it('assigns a name once, also while its container is being created', async () => {
    await saved(a());
    assert.throws(() => store.reserve('first'), { code: 'PCH_NAME_IN_USE', message: /aa1100000000/ });
    const reserved = store.reserve('third');
    assert.throws(() => store.reserve('third'), { code: 'PCH_NAME_IN_USE', message: /being created/ });
    assert.ok(store.isNameTaken('first') && store.isNameTaken('third'));
    reserved.release();
    assert.equal(store.isNameTaken('third'), false);
    store.reserve('third').release();
  });

  it('releases the name, image and volumes of a container that is being removed', async () => {
    await saved(a());
    const first = store.find('first');
    store.forgetName(first);
    store.reserve('first').release();
    assert.equal(store.list().length, 1);
    assert.deepEqual(store.listStaying(), []);
    const next = stored('bb', 'first');
    await saved(next);
    await store.delete(first.id);
    assert.equal(store.find('first').id, next.id);
  });

  it('does not save a container that was removed', async () => {
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

  it('shows a container that is being created only to its own effects', async () => {
    assert.equal(store.isLoaded, false);
    await store.load();
    assert.equal(store.isLoaded, true);
    const staged = store.stage(a());
    assert.deepEqual([store.has(a().id), store.knows(a().id)], [false, true]);
    assert.equal(store.get(a().id).name, 'first');
    assert.deepEqual(store.list(), []);
    assert.throws(() => store.find('first'), { code: 'PCH_CONTAINER_NOT_FOUND' });
    staged.unstage();
    assert.equal(store.knows(a().id), false);
    assert.throws(() => store.get(a().id), { code: 'PCH_CONTAINER_NOT_FOUND' });
  });

  it('reports what happens to a container that is being created after its create, and nothing if that fails', () => {
    const seen: string[] = [];
    const report = (what: string) => store.whenCreated(a().id, ({ name }) => seen.push(`${name} ${what}`));
    report('unknown');
    const failed = store.stage(a());
    report('of a failed create');
    failed.unstage();
    const staged = store.stage(a());
    report('started');
    store.add(a());
    report('ended');
    assert.deepEqual(seen, []);
    staged.unstage();
    assert.deepEqual(seen, ['first started', 'first ended']);
    report('seen');
    assert.equal(seen.at(-1), 'first seen');
  });

  // It could be renamed still, and its record had no directory then.
  it('has forgotten a container whose directory cannot be removed yet; the next start removes it', async () => {
    await saved(a());
    const at = (path: string) => JSON.stringify(resolve(import.meta.dirname, '../../../..', path));
    const known = runWithFewDescriptors(`
import { resolve } from 'node:path';
import { ContainerStore } from ${at('core/state/ContainerStore.ts')};
const store = new ContainerStore(${JSON.stringify(directory.path)});
await store.load();
await hold();
await store.delete('${a().id}');
free();
console.log(JSON.stringify(store.list()));`);
    assert.deepEqual(known, []);
    assert.ok(existsSync(`${store.directoryOf(a().id)}.removed`));
    await store.load();
    assert.ok(!existsSync(`${store.directoryOf(a().id)}.removed`));
  });
});
