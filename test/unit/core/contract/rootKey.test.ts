import assert from 'node:assert/strict';
import { ownerOfRoot, rootEffectKey, rootKey, rootNumber } from '../../../../core/contract/rootKey.ts';

const id = 'ab'.repeat(32);

describe('the key of a root file system', () => {
  it('has the container’s id and a number, which the first one lacks', () => {
    assert.deepEqual([rootKey(id, 0), rootKey(id, 12)], [id, `${id}.12`]);
    assert.deepEqual([rootNumber(id), rootNumber(`${id}.12`)], [0, 12]);
    assert.equal(rootEffectKey(`${id}.12`), 'root.12');
  });

  it('names its container; keys of other forms do not', () => {
    for (const key of [id, `${id}.7`]) assert.equal(ownerOfRoot(key), id);
    for (const key of [`${id}.0`, `${id}.x`, `${id}x`, id.slice(1), `extract-1 sha256:${id}`])
      assert.equal(ownerOfRoot(key), undefined, key);
  });
});
