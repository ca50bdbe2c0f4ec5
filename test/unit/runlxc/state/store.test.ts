import { equal, throws } from 'node:assert/strict';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkId, findState, release, reserve } from '../../../../runlxc/state/store.ts';

describe('the directory of a container', () => {
  let root: string;

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'runlxc-store-'));
  });

  afterEach(() => {
    rmSync(root, { recursive: true });
  });

  it('belongs to the first creator, and is accessible only to root', () => {
    const dir = reserve(root, 'a');
    equal(statSync(dir).mode & 0o777, 0o700);
    throws(() => reserve(root, 'a'), /container with given ID already exists/);
    release(dir);
    equal(reserve(root, 'a'), dir);
  });

  it('has no state before one is written', () => {
    equal(findState(reserve(root, 'a')), undefined);
  });

  for (const id of ['', '.', '..', 'a/b', 'a b', 'ä'])
    it(`${JSON.stringify(id)} is not a valid id`, () => {
      throws(() => checkId(id), /invalid container ID format/);
    });
});
