import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { appliedFilePath, damagedFilePath, type LostFile } from '../../../../../hooks/appliedFile.ts';
import { AppliedFiles } from '../../../../../plugins/host-agent/history/AppliedFiles.ts';

describe('AppliedFiles', () => {
  let root: string;
  let errors: string[];
  const log = { error: (message: string) => void errors.push(message) };
  const fileOf = (text: string) => ({
    version: 1 as const,
    file: { name: 'app.yaml', text },
    by: 'user 0',
    at: 'now',
  });
  const names = async () => (await readdir(join(root, 'host-agent'))).toSorted();
  const lost = (isDamaged: boolean): LostFile => ({ file: appliedFilePath(root), found: 'x', isDamaged });

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'applied-'));
    await mkdir(join(root, 'host-agent'));
    errors = [];
  });
  afterEach(() => rm(root, { recursive: true }));

  it('exchanges a file, and back', async () => {
    const files = new AppliedFiles(root);
    await (await files.exchange(fileOf('one'))).keep();
    const second = await files.exchange(fileOf('two'));
    assert.equal((await files.read())?.file.text, 'two');
    await second.undo();
    assert.equal((await files.read())?.file.text, 'one');
    const none = await files.exchange(undefined);
    assert.equal(await files.read(), undefined);
    await none.undo();
    assert.equal((await files.read())?.file.text, 'one');
    await (await files.exchange(undefined)).keep();
    assert.deepEqual(await names(), []);
  });

  it('puts a damaged file aside, and no other one', async () => {
    const files = new AppliedFiles(root);
    await (await files.exchange(fileOf('one'))).keep();
    assert.equal((await files.noteLost(lost(true), log))?.file, appliedFilePath(root));
    assert.equal((await files.noteLost(lost(false), log))?.file, appliedFilePath(root));
    assert.deepEqual(await names(), ['applied.json']);
    await writeFile(appliedFilePath(root), '{');
    await files.noteLost(lost(false), log);
    assert.deepEqual(await names(), ['applied.json']);
    assert.equal((await files.noteLost(lost(true), log))?.file, damagedFilePath(root));
    assert.equal(await readFile(damagedFilePath(root), 'utf8'), '{');
    await files.noteLost(lost(true), log);
    assert.deepEqual(await names(), ['applied.json.damaged']);
    assert.equal(errors.length, 5);
    assert.equal(await files.noteLost(undefined, log), undefined);
  });

  it('puts a directory aside, also in the place of a file that is aside', async () => {
    const files = new AppliedFiles(root);
    await writeFile(damagedFilePath(root), '{');
    await mkdir(join(appliedFilePath(root), 'inner'), { recursive: true });
    await files.noteLost(lost(true), log);
    assert.deepEqual(await names(), ['applied.json.damaged']);
    assert.deepEqual(await readdir(damagedFilePath(root)), ['inner']);
    await writeFile(appliedFilePath(root), '{');
    await files.noteLost(lost(true), log);
    assert.equal(await readFile(damagedFilePath(root), 'utf8'), '{');
  });

  for (const applied of [fileOf('one'), undefined])
    it(`forgets what is aside only once ${applied ? 'another file' : 'no file'} is in force`, async () => {
      const files = new AppliedFiles(root);
      await mkdir(appliedFilePath(root));
      const failed = await files.exchange(applied);
      assert.deepEqual((await names()).includes('applied.json'), applied !== undefined);
      assert.deepEqual((await names()).includes('applied.json.damaged'), applied !== undefined);
      await failed.undo();
      assert.deepEqual(await names(), ['applied.json.damaged']);
      await (await files.exchange(applied)).keep();
      assert.deepEqual(await names(), applied ? ['applied.json'] : []);
    });
});
