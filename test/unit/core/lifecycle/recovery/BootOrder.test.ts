import assert from 'node:assert/strict';
import { BootOrder } from '../../../../../core/lifecycle/recovery/BootOrder.ts';

describe('the order of containers after a boot of the host', () => {
  const never = new AbortController().signal;

  it('has each wait for those of a lower order, and not for others', async () => {
    const order = new BootOrder();
    order.expect('web', 2);
    order.expect('database', 1);
    order.expect('cache', 1);
    const began: string[] = [];
    const starts = ['web', 'database', 'cache'].map(async (id) => {
      await order.turnOf(id, never);
      began.push(id);
    });
    await Promise.all([starts[1], starts[2]]);
    order.settled('cache');
    assert.deepEqual(began, ['database', 'cache']);
    order.settled('database');
    await starts[0];
    assert.deepEqual(began, ['database', 'cache', 'web']);
  });

  it('ends with the signal', async () => {
    const order = new BootOrder();
    order.expect('first', 1);
    order.expect('second', 2);
    const ended = new AbortController();
    const turn = order.turnOf('second', ended.signal);
    ended.abort();
    await turn;
  });
});
