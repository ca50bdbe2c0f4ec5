import assert from 'node:assert/strict';
import { newId, newName } from '../../../../core/state/ids.ts';

describe('ids and names', () => {
  it('an id has 64 hex digits, and its short form has a letter', () => {
    for (let turn = 0; turn < 200; turn += 1) {
      const id = newId();
      assert.match(id, /^[0-9a-f]{64}$/);
      assert.match(id.slice(0, 12), /[a-f]/);
    }
  });

  it('a generated name has two words and is not taken', () => {
    assert.match(
      newName(() => false),
      /^[a-z]+_[a-z]+$/,
    );
    let asked = 0;
    const name = newName(() => (asked += 1) <= 4);
    assert.match(name, /^[a-z]+_[a-z]+\d+$/);
  });
});
