import assert from 'node:assert/strict';
import { GenerationHolder } from '../../../../core/plugins/index.ts';
import { Deferred } from '../../../../core/wait/Deferred.ts';
import { catalogue } from '../../../../hooks/catalogue.ts';
import { makeDraft } from './support/draft.ts';
import { load, plugin } from './support/load.ts';

async function generation(number: number, disposed: number[]) {
  const tracked = plugin('tracked', ({ onDispose }) => onDispose(() => void disposed.push(number)));
  return (await load([tracked], { number })).generation;
}

/** One whose plugin contributes the effect kind `mark`. */
async function marking(number: number, disposed: number[]) {
  const marks = plugin('marks', ({ effect, onDispose }) => {
    const nothing = () => Promise.resolve();
    effect({ kind: 'mark', describe: () => `mark of ${number}`, apply: nothing, undo: nothing });
    onDispose(() => void disposed.push(number));
  });
  return (await load([marks], { number })).generation;
}

describe('a reload', () => {
  it('lets a running operation finish on the generation it began with, then disposes of that', async () => {
    const disposed: number[] = [];
    const holder = new GenerationHolder(await generation(1, disposed));
    const running = holder.acquire();
    const other = holder.acquire();
    holder.swap(await generation(2, disposed));
    assert.deepEqual([running.generation.number, holder.current.number], [1, 2]);
    running.release();
    running.release();
    await holder.disposed();
    assert.deepEqual(disposed, []);
    other.release();
    await holder.disposed();
    assert.deepEqual(disposed, [1]);
  });

  it('lets an operation see its generation without the taps of some plugins, in all its parts', async () => {
    const called: string[] = [];
    const calls = (name: string) =>
      plugin(name, ({ hooks }) => hooks.container.preCreate.tap(() => void called.push(name)));
    const { generation: whole, log } = await load([calls('a'), calls('b')]);
    const holder = new GenerationHolder(whole);
    const plan = () =>
      holder.use(({ runner }) => runner.plan(catalogue.container.preCreate, makeDraft(), { log }));
    await holder.use(plan, (one) => ({ ...one, runner: one.runner.without(new Set(['a'])) }));
    assert.deepEqual(called, ['b']);
    await holder.use(plan);
    assert.deepEqual(called, ['b', 'a', 'b']);
  });

  it('leaves an operation its own generation in all its parts, also those that begin later', async () => {
    const holder = new GenerationHolder(await generation(1, []));
    const next = await generation(2, []);
    const numbers = await holder.use(async () => {
      holder.swap(next);
      await new Promise(setImmediate);
      return [holder.current.number, await holder.use(({ number }) => Promise.resolve(number))];
    });
    assert.deepEqual(numbers, [1, 1]);
    assert.equal(holder.current.number, 2);
  });

  it('gives what outlives an operation the newest generation', async () => {
    const disposed: number[] = [];
    const holder = new GenerationHolder(await generation(1, disposed));
    const ended = new Deferred<void>();
    const { later } = await holder.use(async () => ({
      later: ended.promise.then(() => holder.use(({ number }) => Promise.resolve(number))),
    }));
    holder.swap(await generation(2, disposed));
    await holder.disposed();
    ended.resolve();
    assert.equal(await later, 2);
    assert.deepEqual(disposed, [1]);
  });

  it('keeps a plugin that is gone until the last of its effects is undone', async () => {
    const disposed: number[] = [];
    const applied = new Set(['mark']);
    const holder = new GenerationHolder(await marking(1, disposed), (kind) => applied.has(kind));
    holder.swap(await marking(2, disposed));
    holder.swap(await generation(3, disposed));
    assert.equal(holder.current.effectKinds.has('mark'), false);
    assert.equal(await holder.kindForUndo('mark')?.describe({}), 'mark of 2');
    await holder.use(() => Promise.resolve());
    await holder.disposed();
    assert.deepEqual(disposed, [1]);
    await holder.use(() => Promise.resolve(applied.clear()));
    await holder.disposed();
    assert.deepEqual(disposed, [1, 2]);
    assert.equal(holder.kindForUndo('mark'), undefined);
  });

  it('disposes of all at the end of the daemon', async () => {
    const disposed: number[] = [];
    const holder = new GenerationHolder(await marking(1, disposed), () => true);
    holder.swap(await generation(2, disposed));
    await holder.disposeAll();
    assert.deepEqual(disposed, [1, 2]);
  });

  it('disposes at once of a generation that nobody uses', async () => {
    const disposed: number[] = [];
    const holder = new GenerationHolder(await generation(1, disposed));
    holder.swap(await generation(2, disposed));
    await holder.disposed();
    assert.deepEqual(disposed, [1]);
  });

  it('releases also when the operation fails', async () => {
    const disposed: number[] = [];
    const holder = new GenerationHolder(await generation(1, disposed));
    await holder.use(async () => Promise.reject(new Error('no'))).catch(() => {});
    holder.swap(await generation(2, disposed));
    await holder.disposed();
    assert.deepEqual(disposed, [1]);
  });

  it('finds the holder empty while the daemon starts', async () => {
    const holder = new GenerationHolder();
    const tooEarly = { code: 'PCH_NOT_READY', message: 'pouchd is starting: no plugin is loaded yet' };
    assert.throws(() => holder.current, tooEarly);
    await assert.rejects(() => holder.use(async () => {}), tooEarly);
    const first = await generation(1, []);
    holder.swap(first);
    assert.equal(holder.current, first);
  });

  it('goes through all clean-ups, last first, also when one fails', async () => {
    const order: string[] = [];
    const { generation: one, log } = await load([
      plugin('a', ({ onDispose }) => onDispose(() => void order.push('a'))),
      plugin('b', ({ onDispose }) => {
        onDispose(() => void order.push('b'));
        onDispose(() => {
          throw new Error('stuck');
        });
      }),
    ]);
    await one.dispose();
    assert.deepEqual(order, ['b', 'a']);
    assert.deepEqual(log.lines[0]?.fields, { plugin: 'b', error: 'stuck' });
  });
});
