import assert from 'node:assert/strict';
import { smallestFailing } from '../../../../cli/plugins/smallestFailing.ts';

const all = Array.from({ length: 20 }, (_, index) => index);

describe('the smallest part of a list that fails', () => {
  let calls = 0;
  const found = (...culprits: number[]) => {
    calls = 0;
    return smallestFailing(all, async (items) => {
      calls += 1;
      return culprits.every((culprit) => items.includes(culprit));
    });
  };

  for (const culprit of all)
    it(`is item ${culprit} alone, in few calls`, async () => {
      assert.deepEqual(await found(culprit), [culprit]);
      assert.ok(calls <= 12, `${calls} calls`);
    });

  it('is every pair that fails together, and every three', async () => {
    for (const first of all)
      for (const second of all.slice(first + 1)) {
        assert.deepEqual(await found(first, second), [first, second]);
        assert.ok(calls <= 80, `${calls} calls`);
      }
    assert.deepEqual(await found(0, 10, 19), [0, 10, 19]);
  });

  it('is the whole list if it needs all, and its only item', async () => {
    assert.deepEqual(await found(...all), all);
    assert.deepEqual(await smallestFailing(['a'], async () => true), ['a']);
  });
});
