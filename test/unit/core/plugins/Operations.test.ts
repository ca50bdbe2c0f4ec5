import assert from 'node:assert/strict';
import { Operations } from '../../../../core/plugins/index.ts';
import { Deferred } from '../../../../core/wait/Deferred.ts';
import { catalogue } from '../../../../hooks/catalogue.ts';
import { makeDraft } from './support/draft.ts';
import { load, plugin, rejection } from './support/load.ts';

const { preCreate } = catalogue.container;

describe('operations', () => {
  let operations: Operations;
  let left: AbortController;
  beforeEach(() => {
    operations = new Operations();
    left = new AbortController();
  });

  const verbs = () => operations.list().map(({ verb, container }) => [verb, container]);

  it('lists the one that runs, with the container once it has one, and counts a part of it once', async () => {
    await operations.run('run', undefined, async () => {
      assert.deepEqual(verbs(), [['run', undefined]]);
      await operations.run('create', 'c1', async () => assert.deepEqual(verbs(), [['run', 'c1']]));
      assert.deepEqual(verbs(), [['run', 'c1']]);
    });
    assert.deepEqual(verbs(), []);
  });

  it('lists it until its last part has ended, also one that its caller does not wait for', async () => {
    const gate = new Deferred();
    let part: Promise<void> | undefined;
    await operations.run('run', undefined, async () => {
      part = operations.run('start', 'c1', () => gate.promise);
    });
    assert.deepEqual(verbs(), [['run', 'c1']]);
    gate.resolve();
    await part;
    assert.deepEqual(verbs(), []);
  });

  it('has the signal of the caller, but not for what is not cancelled, follows apart, or outlives the call', async () => {
    const signal = () => operations.current?.signal;
    const gate = new Deferred();
    let later: Promise<AbortSignal | undefined> | undefined;
    await operations.forCaller(left.signal, () =>
      operations.run('stop', 'c1', async () => {
        assert.equal(signal(), left.signal);
        await operations.uncancelled(async () => assert.equal(signal(), undefined));
        await operations.apart(async () => assert.equal(operations.current?.signal, undefined));
        later = gate.promise.then(signal);
      }),
    );
    gate.resolve();
    assert.equal(await later, undefined);
  });

  it('lists the tap that it waits for, and cancels it when the caller leaves', async () => {
    const reached = new Deferred<AbortSignal>();
    const hangs = plugin('hangs', ({ hooks }) =>
      hooks.container.preCreate.tap({ onError: 'skip' }, (_draft, { signal }) => {
        reached.resolve(signal);
        return new Promise(() => {});
      }),
    );
    const { runner, log } = await load([hangs], { operation: () => operations.current });
    const planned = operations.forCaller(left.signal, () =>
      operations.run('create', undefined, () => runner.plan(preCreate, makeDraft(), { log })),
    );
    const signal = await reached.promise;
    const [pending] = operations.list()[0]?.taps ?? [];
    assert.deepEqual([pending?.hook, pending?.plugin], ['container.preCreate', 'hangs']);
    assert.ok(Math.abs(Date.parse(pending?.since ?? '') - Date.now()) < 60_000);
    left.abort();
    assert.equal((await rejection(planned)).code, 'PCH_CANCELLED');
    assert.equal(signal.aborted, true);
    assert.deepEqual(operations.list(), []);
  });
});
