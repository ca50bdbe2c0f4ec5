import assert from 'node:assert/strict';
import { appendFileSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Journal } from '../../../../core/apply/Journal.ts';
import { Ledger } from '../../../../core/apply/Ledger.ts';
import type { OwnedEffectKind } from '../../../../core/contract/ownedEffectKind.ts';
import type { EffectKind } from '../../../../hooks/effectKind.ts';
import type { Effect, EffectStage } from '../../../../hooks/effects.ts';
import { rejection } from '../plugins/support/load.ts';
import { temporaryDirectory } from '../temporaryDirectory.ts';

describe('the effects ledger', () => {
  const directory = temporaryDirectory();
  /** What the kind `thing` did, in order. */
  let deeds: string[] = [];
  /** Steps of `thing` that fail: `apply a`. */
  let failing = new Set<string>();
  let steps: string[] = [];

  beforeEach(() => {
    deeds = [];
    failing = new Set();
    steps = [];
  });

  const thing: EffectKind<{ name: string }> = {
    kind: 'thing',
    describe: ({ name }) => name,
    apply: async ({ name }) => {
      await act(`apply ${name}`);
      return { made: name };
    },
    undo: async ({ name }, result) => {
      await act(`undo ${name}${result === undefined ? ' half' : ''}`);
    },
  };

  async function act(deed: string): Promise<void> {
    await new Promise(setImmediate);
    if (failing.has(deed)) throw new Error(`cannot ${deed}`);
    deeds.push(deed);
  }

  const journalPath = () => join(directory.path, 'journal.jsonl');

  function open(kind: OwnedEffectKind = thing, stepDeadlineMs?: number): Promise<Ledger> {
    const kindOf = (name: string) => (name === kind.kind ? kind : undefined);
    return Ledger.restore({
      container: 'c1',
      journal: new Journal(journalPath()),
      kinds: { toApply: kindOf, toUndo: kindOf },
      onStep: (moment, verb, step) => steps.push(`${moment}:${verb}:${step}`),
      ...(stepDeadlineMs !== undefined && { stepDeadlineMs }),
    });
  }

  function things(needs: Record<string, string[]>, stage: EffectStage = 'create'): Record<string, Effect> {
    return Object.fromEntries(
      Object.entries(needs).map(([name, of]) => [name, { kind: 'thing', stage, args: { name }, needs: of }]),
    );
  }

  const never = new AbortController().signal;

  it('applies what is needed first, and undoes it last', async () => {
    const ledger = await open();
    await ledger.begin('create');
    await ledger.apply(things({ c: ['b'], b: ['a'], a: [] }), never);
    await ledger.undo('create');
    assert.deepEqual(deeds, ['apply a', 'apply b', 'apply c', 'undo c', 'undo b', 'undo a']);
    ledger.close();
  });

  it('applies and undoes side by side what does not need each other', async () => {
    let together = 0;
    let most = 0;
    const slow: EffectKind = {
      kind: 'thing',
      describe: () => '',
      apply: () => meet(),
      undo: () => meet(),
    };
    async function meet(): Promise<void> {
      most = Math.max(most, (together += 1));
      await new Promise((resolve) => setTimeout(resolve, 10));
      together -= 1;
    }
    const ledger = await open(slow);
    await ledger.apply(things({ a: [], b: [], c: ['a', 'b'] }), never);
    assert.equal(most, 2);
    most = 0;
    await ledger.undo('create');
    assert.equal(most, 2);
    ledger.close();
  });

  it('hands an effect the results of others, and its own result to its undo', async () => {
    const seen: unknown[] = [];
    const kind: EffectKind<{ name: string }> = {
      kind: 'thing',
      describe: () => '',
      apply: ({ name }, { resultOf }) => {
        seen.push(resultOf('a'));
        return Promise.resolve({ from: name });
      },
      undo: ({ name }, result) => {
        seen.push([name, result]);
        return Promise.resolve();
      },
    };
    const ledger = await open(kind);
    await ledger.apply(things({ a: [], b: ['a'] }), never);
    ledger.close();
    const restored = await open(kind);
    assert.deepEqual(restored.results(), { a: { from: 'a' }, b: { from: 'b' } });
    await restored.undo('create');
    restored.close();
    assert.deepEqual(seen, [undefined, { from: 'a' }, ['b', { from: 'b' }], ['a', { from: 'a' }]]);
  });

  it('throws the error of a step, having waited for the others; the undo takes all back', async () => {
    const ledger = await open();
    failing.add('apply b');
    await assert.rejects(ledger.apply(things({ a: [], b: [], c: ['b'], d: ['a'] }), never), /cannot apply b/);
    assert.deepEqual(deeds, ['apply a', 'apply d']);
    await ledger.undo('create');
    assert.deepEqual([...deeds].sort(), ['apply a', 'apply d', 'undo a', 'undo b half', 'undo d']);
    assert.deepEqual(ledger.pending('create'), []);
    ledger.close();
  });

  it('names plugin, effect and way out when the undo of a plugin’s effect fails or hangs', async () => {
    let isStuck = true;
    const kind: OwnedEffectKind = {
      ...thing,
      kind: 'thing',
      plugin: 'things',
      describe: () => 'make a thing',
      undo: () => (isStuck ? new Promise<void>(() => undefined) : Promise.reject(new Error('no'))),
    };
    const ledger = await open(kind, 20);
    await ledger.apply(things({ a: [] }), never);
    const hung = await rejection(ledger.undo('create'));
    assert.equal(hung.code, 'PCH_DEADLINE');
    assert.match(hung.message, /^the effect a \(make a thing\) was not undone: .* did not end within/);
    isStuck = false;
    const failed = await rejection(ledger.undo('create'));
    assert.equal(failed.code, 'PCH_PLUGIN_FAILED');
    assert.equal(failed.message, 'the effect a (make a thing) was not undone: no');
    for (const { plugin, hint } of [hung, failed]) {
      assert.equal(plugin, 'things');
      assert.match(hint ?? '', /; or give it up: pouch effects drop c1 a$/);
    }
    assert.deepEqual(ledger.pending('create'), ['a']);
    ledger.close();
  });

  describe('on a full disk', () => {
    class FullJournal extends Journal {
      isFull = true;

      override append(...call: Parameters<Journal['append']>): Promise<void> {
        if (!this.isFull) return super.append(...call);
        return Promise.reject(Object.assign(new Error('ENOSPC: write'), { code: 'ENOSPC' }));
      }
    }

    async function filled(): Promise<{ ledger: Ledger; journal: FullJournal }> {
      const first = await open();
      await first.apply(things({ a: [], b: ['a'] }, 'start'), never);
      first.close();
      const journal = new FullJournal(journalPath());
      const kindOf = (name: string) => (name === 'thing' ? thing : undefined);
      const kinds = { toApply: kindOf, toUndo: kindOf };
      return { ledger: await Ledger.restore({ container: 'c1', journal, kinds }), journal };
    }

    it('stops a container without its journal; the next undo repeats what is not on the disk', async () => {
      const { ledger } = await filled();
      await ledger.begin('stop');
      await ledger.undo('start');
      await ledger.commit();
      assert.deepEqual(ledger.pending('start'), []);
      assert.deepEqual(deeds.slice(2), ['undo b', 'undo a']);
      ledger.close();
      const next = await open();
      await next.undo('start');
      assert.deepEqual(deeds.slice(4), ['undo b', 'undo a']);
      next.close();
    });

    it('refuses a start before it has any effect; the same call works once there is space', async () => {
      const { ledger, journal } = await filled();
      await assert.rejects(ledger.begin('start'), /ENOSPC/);
      await assert.rejects(ledger.apply(things({ c: [] }, 'start'), never), /ENOSPC/);
      assert.deepEqual(deeds.slice(2), []);
      journal.isFull = false;
      await ledger.apply(things({ c: [] }, 'start'), never);
      assert.deepEqual(deeds.slice(2), ['apply c']);
      ledger.close();
    });
  });

  it('keeps what an undo that failed depends on, and retries it the next time', async () => {
    const ledger = await open();
    await ledger.apply(things({ a: [], b: ['a'], c: [] }), never);
    failing.add('undo b');
    await assert.rejects(ledger.undo('create'), /cannot undo b/);
    assert.deepEqual(ledger.pending('create'), ['a', 'b']);
    failing.clear();
    await ledger.undo('create');
    assert.deepEqual(deeds.slice(3), ['undo c', 'undo b', 'undo a']);
    ledger.close();
  });

  it('leaves the other stage alone', async () => {
    const ledger = await open();
    await ledger.apply(things({ a: [] }), never);
    await ledger.apply(things({ b: ['a'] }, 'start'), never);
    await ledger.undo('start');
    assert.deepEqual([ledger.has('a'), ledger.has('b')], [true, false]);
    ledger.close();
  });

  it('refuses a plan with a circle or a need that nobody plans, before anything is done', async () => {
    const ledger = await open();
    await assert.rejects(ledger.apply(things({ a: ['b'], b: ['a'] }), never), {
      code: 'PCH_PLAN_INVALID',
      message: /a → b → a/,
    });
    await assert.rejects(ledger.apply(things({ a: ['x'] }), never), {
      message: /the effect a needs x, which is not planned/,
    });
    assert.deepEqual(deeds, []);
    ledger.close();
  });

  it('names a kind that no plugin provides any more', async () => {
    const ledger = await open();
    const effects = { a: { kind: 'gone', stage: 'create' as const, args: {} } };
    await assert.rejects(ledger.apply(effects, never), { code: 'PCH_EFFECT_UNKNOWN', message: /"gone"/ });
    ledger.close();
  });

  it('does not wait for a step beyond its deadline', async () => {
    const stuck: EffectKind = {
      kind: 'thing',
      describe: () => '',
      apply: () => new Promise(() => {}),
      undo: () => Promise.resolve(),
    };
    // The deadline's own timer does not keep a process alive.
    const alive = setInterval(() => {}, 1000);
    const ledger = await open(stuck, 20);
    await assert.rejects(ledger.apply(things({ a: [] }), never), { code: 'PCH_DEADLINE' });
    clearInterval(alive);
    ledger.close();
  });

  it('reports each step before and after it is done', async () => {
    const ledger = await open();
    await ledger.begin('create');
    await ledger.apply(things({ a: [] }), never);
    await ledger.undo('create');
    await ledger.commit();
    assert.deepEqual(
      steps,
      ['begin', 'a', 'undo a', 'commit'].flatMap((step) =>
        (step.endsWith('a') ? ['before', 'applied', 'after'] : ['before', 'after']).map(
          (moment) => `${moment}:create:${step}`,
        ),
      ),
    );
    ledger.close();
  });

  describe('restored from its journal', () => {
    async function crashAfter(work: (ledger: Ledger) => Promise<void>): Promise<Ledger> {
      const ledger = await open();
      await work(ledger);
      ledger.close();
      return await open();
    }

    it('knows the verb that was under way', async () => {
      const cut = await crashAfter((ledger) => ledger.begin('start'));
      assert.equal(cut.interrupted, 'start');
      await cut.commit();
      cut.close();
      assert.equal((await open()).interrupted, undefined);
    });

    it('undoes what was applied', async () => {
      const restored = await crashAfter((ledger) => ledger.apply(things({ a: [], b: ['a'] }), never));
      await restored.undo('create');
      assert.deepEqual(deeds.slice(2), ['undo b', 'undo a']);
      restored.close();
      assert.deepEqual((await open()).pending('create'), []);
    });

    it('undoes, without a result, what had begun', async () => {
      await crashAfter((ledger) => ledger.apply(things({ a: [], b: ['a'] }), never));
      const lines = readFileSync(journalPath(), 'utf8').trimEnd().split('\n');
      assert.match(lines.at(-1)!, /"done","key":"b"/);
      writeFileSync(journalPath(), `${lines.slice(0, -1).join('\n')}\n`);
      const restored = await open();
      assert.deepEqual([restored.has('a'), restored.has('b')], [true, false]);
      await restored.undo('create');
      assert.deepEqual(deeds.slice(2), ['undo b half', 'undo a']);
      restored.close();
    });

    it('leaves out a line that was cut off, and writes the next one whole', async () => {
      await crashAfter((ledger) => ledger.apply(things({ a: [] }), never));
      appendFileSync(journalPath(), '{"event":"intent","key":"b","ki');
      const cut = await open();
      assert.deepEqual(cut.pending('create'), ['a']);
      await cut.begin('remove');
      cut.close();
      const again = await open();
      assert.equal(again.interrupted, 'remove');
      assert.deepEqual(again.pending('create'), ['a']);
    });

    it('cut off anywhere, it undoes to nothing', async () => {
      await crashAfter(async (ledger) => {
        await ledger.begin('create');
        await ledger.apply(things({ a: [], b: ['a'], c: [] }), never);
        await ledger.undo('create');
        await ledger.commit();
      });
      const whole = readFileSync(journalPath());
      for (let length = 0; length <= whole.length; length += 1) {
        writeFileSync(journalPath(), whole.subarray(0, length));
        const ledger = await open();
        await ledger.undo('create');
        assert.deepEqual(ledger.pending('create'), [], `after ${length} bytes`);
        ledger.close();
      }
    });

    it('of a missing journal is empty', async () => {
      const ledger = await open();
      assert.equal(ledger.interrupted, undefined);
      assert.deepEqual(ledger.results(), {});
    });
  });

  describe('a released effect', () => {
    it('is not undone, also after a restart', async () => {
      const ledger = await open();
      await ledger.apply(things({ a: [], b: [] }), never);
      await ledger.release('a');
      await ledger.release('unknown');
      ledger.close();
      const restored = await open();
      await restored.undo('create');
      restored.close();
      assert.deepEqual(deeds.slice(2), ['undo b']);
    });
  });

  describe('once', () => {
    it('runs once until its stage is undone, also after a restart', async () => {
      let runs = 0;
      const run = () => Promise.resolve(void (runs += 1));
      const ledger = await open();
      await ledger.once('poststop', 'start', run);
      await ledger.once('poststop', 'start', run);
      ledger.close();
      const restored = await open();
      await restored.once('poststop', 'start', run);
      assert.equal(runs, 1);
      await restored.undo('start');
      await restored.once('poststop', 'start', run);
      assert.equal(runs, 2);
      restored.close();
    });

    it('is not run again while anything else of the stage is left', async () => {
      const ledger = await open();
      await ledger.apply(things({ a: [], b: [] }, 'start'), never);
      await ledger.once('poststop', 'start', () => Promise.resolve());
      failing.add('undo a');
      await assert.rejects(ledger.undo('start'));
      assert.ok(ledger.has('poststop'));
      failing.clear();
      await ledger.undo('start');
      assert.deepEqual(ledger.pending('start'), []);
      ledger.close();
    });

    it('that failed runs again', async () => {
      const ledger = await open();
      await assert.rejects(ledger.once('poststop', 'start', () => Promise.reject(new Error('no'))));
      assert.equal(ledger.has('poststop'), false);
      ledger.close();
    });
  });

  it('rewrites a long journal with what still holds', async () => {
    const ledger = await open();
    await ledger.apply(things({ kept: [] }), never);
    for (let turn = 0; turn < 400; turn += 1) {
      await ledger.begin('start');
      await ledger.apply(things({ a: [] }, 'start'), never);
      await ledger.undo('start');
      await ledger.commit();
    }
    ledger.close();
    assert.ok(statSync(journalPath()).size < 70 * 1024);
    const restored = await open();
    assert.deepEqual(restored.results(), { kept: { made: 'kept' } });
    assert.equal(restored.interrupted, undefined);
  });

  it('books effects under other keys in one step, within the verb that is under way', async () => {
    const ledger = await open();
    await ledger.begin('upgrade');
    await ledger.apply(things({ a: [], b: [] }), new AbortController().signal);
    const { a, b } = ledger.effects();
    await ledger.rebook({ a: b!, old: a! }, ['b']);
    ledger.close();
    const restored = await open();
    assert.equal(restored.interrupted, 'upgrade');
    assert.deepEqual(Object.keys(restored.effects()).sort(), ['a', 'old']);
    deeds = [];
    await restored.revert('old');
    await restored.revert('a');
    assert.deepEqual(deeds, ['undo a half', 'undo b half']);
    restored.close();
  });

  it('takes a limited number of steps at the same time', async () => {
    let [running, most] = [0, 0];
    const step = async () => {
      most = Math.max(most, ++running);
      await new Promise(setImmediate);
      running -= 1;
    };
    const ledger = await open({ ...thing, apply: step, undo: step });
    const names = Array.from({ length: 200 }, (_, n) => `t${n}`);
    await ledger.begin('create');
    await ledger.apply(
      things(Object.fromEntries(names.map((name) => [name, []]))),
      new AbortController().signal,
    );
    assert.equal(most, 64);
    most = 0;
    await ledger.undo('create');
    assert.equal(most, 64);
    assert.deepEqual(ledger.pending('create'), []);
  });
});
