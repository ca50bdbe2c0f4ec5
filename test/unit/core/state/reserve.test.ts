import assert from 'node:assert/strict';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fillReserve, withReserve } from '../../../../core/state/reserve.ts';

describe('the reserve of a root', () => {
  let root: string;

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'pouch-reserve-'));
    await fillReserve(root);
  });

  afterEach(() => rm(root, { recursive: true }));

  const isThere = () =>
    stat(join(root, 'reserve')).then(
      () => true,
      () => false,
    );

  it('is released for work that found the disk full, and created again afterwards', async () => {
    const seen: boolean[] = [];
    const result = await withReserve(root, async () => {
      seen.push(await isThere());
      if (seen.length === 1) throw Object.assign(new Error('write'), { code: 'ENOSPC' });
      return 'done';
    });
    assert.deepEqual([result, seen, await isThere()], ['done', [true, false], true]);
  });

  it('is released as long as a call uses it', async () => {
    const attempts: Record<string, number> = { one: 0, other: 0 };
    let releaseOther = () => undefined as void;
    const otherMayEnd = new Promise<void>((resolve) => (releaseOther = resolve));
    const work = (name: string, until: Promise<void>) => async () => {
      attempts[name]! += 1;
      if (attempts[name] === 1) throw Object.assign(new Error('write'), { code: 'ENOSPC' });
      await until;
    };
    const other = withReserve(root, work('other', otherMayEnd));
    await withReserve(root, work('one', Promise.resolve()));
    assert.equal(await isThere(), false);
    releaseOther();
    await other;
    assert.deepEqual([attempts, await isThere()], [{ one: 2, other: 2 }, true]);
  });

  it('is not released for work with another failure, which is not repeated', async () => {
    let calls = 0;
    const work = () => Promise.reject(new Error(`call ${(calls += 1)}`));
    await assert.rejects(withReserve(root, work), /call 1/);
    assert.equal(await isThere(), true);
  });
});
