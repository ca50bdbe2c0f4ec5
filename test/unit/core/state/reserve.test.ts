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

  it('is given up for work that found the disk full, and taken again after it', async () => {
    const seen: boolean[] = [];
    const answer = await withReserve(root, async () => {
      seen.push(await isThere());
      if (seen.length === 1) throw Object.assign(new Error('write'), { code: 'ENOSPC' });
      return 'done';
    });
    assert.deepEqual([answer, seen, await isThere()], ['done', [true, false], true]);
  });

  it('is kept from work that fails otherwise, which is not tried again', async () => {
    let calls = 0;
    const work = () => Promise.reject(new Error(`call ${(calls += 1)}`));
    await assert.rejects(withReserve(root, work), /call 1/);
    assert.equal(await isThere(), true);
  });
});
