import assert from 'node:assert/strict';
import { KeyedLocks } from '../../../../core/state/KeyedLocks.ts';

describe('locks by container', () => {
  const turn = () => new Promise(setImmediate);

  it('run the verbs of a container one after another, in the order of the calls', async () => {
    const locks = new KeyedLocks();
    const seen: string[] = [];
    const verb = (name: string) => async () => {
      seen.push(`${name} begins`);
      await turn();
      seen.push(`${name} ends`);
    };
    await Promise.all(['a', 'b', 'c'].map((name) => locks.run('c1', name, verb(name))));
    assert.deepEqual(
      seen,
      ['a', 'b', 'c'].flatMap((name) => [`${name} begins`, `${name} ends`]),
    );
  });

  it('never wait for another container', async () => {
    const locks = new KeyedLocks();
    let release = () => {};
    const held = locks.run('c1', 'stop', () => new Promise<void>((resolve) => (release = resolve)));
    assert.equal(await locks.run('c2', 'start', () => Promise.resolve('done')), 'done');
    release();
    await held;
  });

  it('continue after a verb that failed, and pass the error to its caller', async () => {
    const locks = new KeyedLocks();
    const failed = locks.run('c1', 'start', () => Promise.reject(new Error('no')));
    const next = locks.run('c1', 'stop', () => Promise.resolve('ran'));
    await assert.rejects(failed, /no/);
    assert.equal(await next, 'ran');
  });

  it('list their owners with time, and how many wait', async () => {
    const locks = new KeyedLocks();
    let release = () => {};
    const held = locks.run('c1', 'stop', () => new Promise<void>((resolve) => (release = resolve)));
    const waiting = locks.run('c1', 'remove', () => Promise.resolve());
    await turn();
    const [operation, ...others] = locks.list();
    assert.deepEqual(others, []);
    assert.equal(operation?.verb, 'stop');
    assert.equal(operation.waiting, 1);
    assert.ok(Date.now() - Date.parse(operation.since) < 5_000);
    release();
    await Promise.all([held, waiting]);
    assert.deepEqual(locks.list(), []);
  });

  it('are idle when the last verb has ended, including later ones', async () => {
    const locks = new KeyedLocks();
    let ended = false;
    const first = locks.run('c1', 'start', async () => {
      await turn();
      void locks.run('c1', 'stop', async () => {
        await turn();
        ended = true;
      });
    });
    await locks.idle();
    await first;
    assert.ok(ended);
  });
});
