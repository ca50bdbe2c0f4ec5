import assert from 'node:assert/strict';
import { inBatches } from '../../../../core/wait/inBatches.ts';

describe('work in batches', () => {
  it('returns the results in the order of the items', async () => {
    const doubled = await inBatches([1, 2, 3, 4, 5], async (n) => 2 * n, 2);
    assert.deepEqual(doubled, [2, 4, 6, 8, 10]);
  });

  it('lets the process do other work between the batches', async () => {
    const order: string[] = [];
    setImmediate(() => order.push('other work'));
    await inBatches([1, 2, 3], async (n) => order.push(String(n)), 2);
    assert.deepEqual(order, ['1', '2', 'other work', '3']);
  });

  it('begins no batch after one that failed', async () => {
    const begun: number[] = [];
    const failing = inBatches(
      [1, 2, 3],
      async (n) => {
        begun.push(n);
        throw new Error(`cannot do ${n}`);
      },
      2,
    );
    await assert.rejects(failing, /cannot do 1/);
    assert.deepEqual(begun, [1, 2]);
  });
});
