import assert from 'node:assert/strict';
import { SharedWork } from '../../../../../core/images/pull/SharedWork.ts';

describe('shared work', () => {
  it('runs once for concurrent callers, and again for a later one', async () => {
    const shared = new SharedWork<number, string>();
    let times = 0;
    const work = () => Promise.resolve(`done ${++times}`);
    assert.deepEqual(await Promise.all([shared.run('a', work), shared.run('a', work)]), ['done 1', 'done 1']);
    assert.equal(await shared.run('a', work), 'done 2');
  });

  it('reports its progress to every caller, to a late one the latest', async () => {
    const shared = new SharedWork<number, void>();
    let finish = () => undefined as void;
    const end = new Promise<void>((resolve) => (finish = resolve));
    const [first, second]: number[][] = [[], []];
    const one = shared.run(
      'a',
      async (report) => {
        report(1);
        await end;
        report(2);
      },
      { onProgress: (p) => first?.push(p) },
    );
    await new Promise(setImmediate);
    const two = shared.run('a', () => assert.fail('not begun again'), { onProgress: (p) => second?.push(p) });
    finish();
    await Promise.all([one, two]);
    assert.deepEqual(
      [first, second],
      [
        [1, 2],
        [1, 2],
      ],
    );
  });

  it('ends only when the last caller has left', async () => {
    const shared = new SharedWork<void, void>();
    let aborted = false;
    const work = (_: unknown, signal: AbortSignal) =>
      new Promise<void>((_resolve, reject) =>
        signal.addEventListener('abort', () => {
          aborted = true;
          reject(new Error('cancelled'));
        }),
      );
    const [a, b] = [new AbortController(), new AbortController()];
    const first = shared.run('a', work, { signal: a.signal });
    const second = shared.run('a', work, { signal: b.signal });
    await new Promise(setImmediate);
    a.abort(new Error('first left'));
    await assert.rejects(first, /first left/);
    assert.equal(aborted, false);
    b.abort(new Error('second left'));
    await assert.rejects(second, /second left/);
    await new Promise(setImmediate);
    assert.equal(aborted, true);
  });

  it('fails for every caller, and may succeed for the next', async () => {
    const shared = new SharedWork<void, string>();
    const fail = () => Promise.reject(new Error('broken'));
    const both = await Promise.allSettled([shared.run('a', fail), shared.run('a', fail)]);
    assert.deepEqual(
      both.map(({ status }) => status),
      ['rejected', 'rejected'],
    );
    assert.equal(await shared.run('a', () => Promise.resolve('whole')), 'whole');
  });
});
