import assert from 'node:assert/strict';
import { kept } from '../../../hooks/kept.ts';

describe('a kept value', () => {
  let asked = 0;
  const ask = () => Promise.resolve(++asked);
  beforeEach(() => {
    asked = 0;
  });

  it('is asked for once by all at the same time, and later', async () => {
    const look = kept(ask);
    assert.deepEqual(await Promise.all([look(), look()]), [1, 1]);
    assert.equal(await look(), 1);
  });

  it('is asked for again on request, and that one is kept', async () => {
    const look = kept(ask);
    await look();
    assert.equal(await look({ again: true }), 2);
    assert.equal(await look(), 2);
  });

  it('is asked for again when its time is over', async () => {
    const look = kept(ask, { for: -1 });
    assert.deepEqual([await look(), await look()], [1, 2]);
  });

  it('is given but not kept when it is not one to keep', async () => {
    const look = kept(ask, { when: (value) => value > 1 });
    assert.deepEqual([await look(), await look(), await look()], [1, 2, 2]);
  });

  it('rejects for all callers that wait when it fails, and is requested again', async () => {
    const look = kept(() => (++asked === 1 ? Promise.reject(new Error('not now')) : Promise.resolve(asked)));
    const both = await Promise.allSettled([look(), look()]);
    assert.deepEqual(
      both.map(({ status }) => status),
      ['rejected', 'rejected'],
    );
    assert.equal(await look(), 2);
  });

  it('of an older question does not take the place of a newer one', async () => {
    const settle: ((value: boolean) => void)[] = [];
    const look = kept(() => new Promise<boolean>((resolve) => settle.push(resolve)), { when: Boolean });
    const [older, newer] = [look(), look({ again: true })];
    settle[1]!(true);
    assert.equal(await newer, true);
    settle[0]!(false);
    assert.equal(await older, false);
    assert.equal(await look(), true);
  });
});
