import assert from 'node:assert/strict';
import { Slots } from '../../../../core/wait/Slots.ts';

describe('slots', () => {
  const signal = new AbortController().signal;

  it('are given in order, as many as exist', async () => {
    const slots = new Slots(1);
    const order: number[] = [];
    const first = await slots.take(signal);
    const others = [1, 2].map(async (number) => {
      const end = await slots.take(signal);
      order.push(number);
      end();
    });
    await Promise.resolve();
    assert.deepEqual(order, []);
    first();
    first();
    await Promise.all(others);
    assert.deepEqual(order, [1, 2]);
    const [one, two] = [await slots.take(signal), slots.take(signal)];
    let isTaken = false;
    void two.then(() => (isTaken = true));
    await Promise.resolve();
    assert.equal(isTaken, false, 'a turn that ends twice is one turn');
    one();
    (await two)();
  });

  it('are not taken by callers that have left', async () => {
    const slots = new Slots(1);
    const end = await slots.take(signal);
    const leaver = new AbortController();
    const left = slots.take(leaver.signal);
    const next = slots.take(signal);
    leaver.abort();
    (await left)();
    (await slots.take(leaver.signal))();
    end();
    (await next)();
  });
});
