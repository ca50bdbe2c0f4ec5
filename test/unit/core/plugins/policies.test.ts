import assert from 'node:assert/strict';
import type { PluginEntry } from '../../../../config/types.ts';
import type { TapTrace } from '../../../../core/plugins/index.ts';
import { systemClock } from '../../../../core/systemClock.ts';
import { catalogue } from '../../../../hooks/catalogue.ts';
import type { ContainerDraft } from '../../../../hooks/draft.ts';
import type { FailurePolicy } from '../../../../hooks/defineHook.ts';
import type { Plugin } from '../../../../hooks/definePlugin.ts';
import { PouchError } from '../../../../hooks/errors.ts';
import type { ContainerMoment } from '../../../../hooks/index.ts';
import { makeDraft } from './support/draft.ts';
import { entry, load, plugin, rejection } from './support/load.ts';

const { preCreate, selectRuntime, prestart, poststart } = catalogue.container;
const moment = { netns: '' } as ContainerMoment;

/** Changes the hostname, then fails, the first `times` times. */
function failing(name: string, onError: FailurePolicy | undefined, times = Infinity): Plugin {
  let left = times;
  return plugin(name, ({ hooks }) =>
    hooks.container.preCreate.tap(onError === undefined ? {} : { onError }, (draft) => {
      draft.hostname = 'half done';
      if (left-- > 0) throw new Error('no luck');
    }),
  );
}

const good = plugin('good', ({ hooks }) => hooks.container.preCreate.tap((d) => void (d.labels.good = '1')));

describe('failure policies of a plan hook', () => {
  it('fail: the operation fails, and the same call works when the plugin does', async () => {
    const { runner, log } = await load([failing('shaky', 'fail', 1)]);
    const error = await rejection(runner.plan(preCreate, makeDraft(), { log }));
    assert.deepEqual([error.code, error.plugin, error.message], ['PCH_PLUGIN_FAILED', 'shaky', 'no luck']);
    assert.equal((await runner.plan(preCreate, makeDraft(), { log })).draft.hostname, 'half done');
  });

  it('skip: the draft is as before the tap, the rest runs, the log has it', async () => {
    const { runner, log } = await load([failing('shaky', 'skip'), good]);
    const { draft, degraded } = await runner.plan(preCreate, makeDraft(), { log });
    assert.deepEqual([draft.hostname, draft.labels.good, degraded.length], ['web', '1', 0]);
    const line = log.lines.find(({ level }) => level === 'warn');
    assert.deepEqual([line?.fields.plugin, line?.fields.error], ['shaky', 'no luck']);
  });

  it('degrade: as skip, and the container says so', async () => {
    const { runner, log } = await load([failing('shaky', 'degrade'), good]);
    const { draft, degraded } = await runner.plan(preCreate, makeDraft(), { log });
    assert.equal(draft.hostname, 'web');
    assert.deepEqual(degraded, [{ plugin: 'shaky', hook: 'container.preCreate', message: 'no luck' }]);
  });

  it('retry: each attempt starts from the same draft', async () => {
    const traces: TapTrace[] = [];
    const { runner, log } = await load([failing('shaky', { retry: 2 }, 2)], {
      onTrace: (t) => traces.push(t),
    });
    const { draft, blame } = await runner.plan(preCreate, makeDraft(), { log });
    assert.equal(draft.hostname, 'half done');
    assert.equal(blame[0]?.before, 'web');
    assert.deepEqual([traces[0]?.outcome, traces[0]?.attempts], ['ok', 3]);
  });

  it('retry: fails when the attempts are used up', async () => {
    const { runner, log } = await load([failing('shaky', { retry: 1 })]);
    assert.equal((await rejection(runner.plan(preCreate, makeDraft(), { log }))).message, 'no luck');
  });

  it('the point decides when nobody else does, the tap over it, the configuration over both', async () => {
    const codeOf = async (tap: FailurePolicy | undefined, configured?: FailurePolicy) => {
      const { runner, log } = await load([failing('shaky', tap)], {
        entries: configured === undefined ? [] : [entry({ name: 'shaky', onError: configured })],
      });
      return runner.plan(preCreate, makeDraft(), { log }).then(
        ({ degraded }) => degraded.length,
        () => 'fails',
      );
    };
    assert.deepEqual(
      [
        await codeOf(undefined),
        await codeOf('degrade'),
        await codeOf('fail', 'degrade'),
        await codeOf('skip', 'fail'),
      ],
      ['fails', 1, 1, 'fails'],
    );
  });

  it('the configuration’s timeout is the deadline', async () => {
    const stuck = plugin('stuck', ({ hooks }) =>
      hooks.container.preCreate.tap(async () => new Promise(() => {})),
    );
    const { runner, log } = await load([stuck], { entries: [entry({ name: 'stuck', timeout: 15 })] });
    assert.match((await rejection(runner.plan(preCreate, makeDraft(), { log }))).message, /within 15 ms/);
  });

  it('an error with a code keeps it, with its hint', async () => {
    const coded = plugin('coded', ({ hooks }) =>
      hooks.container.preCreate.tap(() => {
        throw new PouchError('PCH_OPTION_INVALID', 'no', { hint: 'try yes' });
      }),
    );
    const { runner, log } = await load([coded]);
    const error = await rejection(runner.plan(preCreate, makeDraft(), { log }));
    assert.deepEqual([error.code, error.hint, error.plugin], ['PCH_OPTION_INVALID', 'try yes', 'coded']);
  });

  it('descriptors that have run out are no fault of the plugin that needed one', async () => {
    let calls = 0;
    const opener = plugin('opener', ({ hooks }) =>
      hooks.container.preCreate.tap(() => {
        if (++calls === 1) throw Object.assign(new Error('EMFILE: open'), { code: 'EMFILE' });
      }),
    );
    const { runner, log } = await load([opener]);
    const error = await rejection(runner.plan(preCreate, makeDraft(), { log }));
    assert.deepEqual([error.code, error.plugin, error.hook], ['PCH_TOO_MANY_FILES', undefined, undefined]);
    await runner.plan(preCreate, makeDraft(), { log });
  });

  it('the end of the operation is not a failure of the plugin and no policy hides it', async () => {
    const operation = new AbortController();
    let signal: AbortSignal | undefined;
    const slow = plugin('slow', ({ hooks }) =>
      hooks.container.preCreate.tap({ onError: 'skip' }, async (_draft, context) => {
        signal = context.signal;
        operation.abort();
        return new Promise(() => {});
      }),
    );
    const { runner, log } = await load([slow]);
    const error = await rejection(runner.plan(preCreate, makeDraft(), { log, signal: operation.signal }));
    assert.deepEqual([error.code, error.plugin, signal?.aborted], ['PCH_CANCELLED', undefined, true]);
  });

  it('a tap that continues after its deadline changes nobody’s draft', async () => {
    let late: () => void = () => {};
    const slow = plugin('slow', ({ hooks }) =>
      hooks.container.preCreate.tap({ timeoutMs: 10, onError: 'degrade' }, async (draft) => {
        late = () => void (draft.hostname = 'late');
        return new Promise(() => {});
      }),
    );
    const { runner, log } = await load([slow, good]);
    const { draft } = await runner.plan(preCreate, makeDraft(), { log });
    late();
    assert.equal(draft.hostname, 'web');
  });

  describe('a tap that computes past its deadline, when no timer can fire', () => {
    const spin = (ms: number) => {
      const end = performance.now() + ms;
      while (performance.now() < end);
    };
    const spins: Record<string, (draft: ContainerDraft) => void | Promise<void>> = {
      'without a promise': (draft) => {
        draft.hostname = 'late';
        spin(30);
      },
      'before its first await': async (draft) => {
        draft.hostname = 'late';
        spin(30);
        await Promise.resolve();
      },
      'after an await': async (draft) => {
        await Promise.resolve();
        draft.hostname = 'late';
        spin(30);
      },
    };
    const spinning = (tap: (draft: ContainerDraft) => void | Promise<void>, onError: FailurePolicy) =>
      plugin('spins', ({ hooks }) => hooks.container.preCreate.tap({ timeoutMs: 10, onError }, tap));

    for (const [when, tap] of Object.entries(spins)) {
      it(`${when}: fails, with its time and its deadline in error, trace and log`, async () => {
        const traces: TapTrace[] = [];
        const { runner, log } = await load([spinning(tap, 'fail')], {
          onTrace: (trace) => traces.push(trace),
        });
        const error = await rejection(runner.plan(preCreate, makeDraft(), { log }));
        assert.deepEqual(
          [error.code, error.plugin, error.hook],
          ['PCH_DEADLINE', 'spins', 'container.preCreate'],
        );
        assert.match(error.message, /^the tap ended after \d\d+ ms; its deadline is 10 ms$/);
        assert.deepEqual([traces[0]?.outcome, traces[0]?.error], ['failed', error.message]);
        const line = log.lines.find(({ level }) => level === 'warn');
        assert.match(line?.message ?? '', /ended after its deadline/);
        assert.deepEqual([line?.fields.plugin, line?.fields.deadlineMs], ['spins', 10]);
      });
    }

    it('is left out as any other failure, and its changes with it', async () => {
      const { runner, log } = await load([spinning(spins['without a promise']!, 'degrade'), good]);
      const { draft, degraded } = await runner.plan(preCreate, makeDraft(), { log });
      assert.deepEqual([draft.hostname, draft.labels.good], ['web', '1']);
      assert.match(degraded[0]?.message ?? '', /its deadline is 10 ms/);
    });
  });

  it('concurrent containers do not see each other', async () => {
    const { runner, log } = await load([
      plugin('slow', ({ hooks }) =>
        hooks.container.preCreate.tap(async (draft) => {
          await new Promise((resolve) => setImmediate(resolve));
          draft.labels.name = draft.name;
        }),
      ),
    ]);
    const names = ['a', 'b', 'c'];
    const plans = await Promise.all(
      names.map((name) => runner.plan(preCreate, makeDraft({ name }), { log })),
    );
    assert.deepEqual(
      plans.map(({ draft }) => draft.labels.name),
      names,
    );
  });
});

describe('bail hooks', () => {
  const choosing = (name: string, choice: unknown, onError?: FailurePolicy) =>
    plugin(name, ({ hooks }) =>
      hooks.container.selectRuntime.tap(onError ? { onError } : {}, () => choice as string),
    );

  it('take the first result, with its plugin', async () => {
    const { runner, log } = await load([
      choosing('shy', undefined),
      choosing('sure', 'kata'),
      choosing('late', 'runc'),
    ]);
    assert.deepEqual(await runner.bail(selectRuntime, makeDraft(), { log }), {
      result: 'kata',
      plugin: 'sure',
    });
  });

  it('resolve to undefined when no tap returns a value', async () => {
    const { runner, log } = await load([choosing('shy', undefined)]);
    assert.equal(await runner.bail(selectRuntime, makeDraft(), { log }), undefined);
  });

  it('refuse a result of the wrong type, or continue with the next tap', async () => {
    const strict = await load([choosing('odd', 7)]);
    const error = await rejection(strict.runner.bail(selectRuntime, makeDraft(), { log: strict.log }));
    assert.deepEqual([error.code, error.plugin], ['PCH_PLUGIN_CONTRACT', 'odd']);
    const lenient = await load([choosing('odd', 7, 'degrade'), choosing('sure', 'kata')]);
    const degraded: { plugin: string; hook: string; message: string }[] = [];
    const found = await lenient.runner.bail(selectRuntime, makeDraft(), { log: lenient.log, degraded });
    assert.deepEqual([found?.result, degraded[0]?.plugin], ['kata', 'odd']);
  });

  it('refuse a tap that changes the draft, and the draft stays', async () => {
    const meddler = plugin('meddler', ({ hooks }) =>
      hooks.container.selectRuntime.tap((draft) => {
        draft.hostname = 'mine';
        return 'kata';
      }),
    );
    const { runner, log } = await load([meddler]);
    const draft = makeDraft();
    const error = await rejection(runner.bail(selectRuntime, draft, { log }));
    assert.deepEqual([error.code, error.plugin], ['PCH_PLUGIN_CONTRACT', 'meddler']);
    assert.match(error.message, /read-only: .*'hostname'/);
    assert.equal(draft.hostname, 'web');
  });
});

describe('apply hooks', () => {
  it('run one after another in order, each to its end', async () => {
    const steps: string[] = [];
    const step = (name: string) =>
      plugin(name, ({ hooks }) =>
        hooks.container.prestart.tap(async () => {
          steps.push(`${name} begins`);
          await new Promise((resolve) => setImmediate(resolve));
          steps.push(`${name} ends`);
        }),
      );
    const { runner, log } = await load([step('a'), step('b')]);
    assert.deepEqual(await runner.apply(prestart, moment, { log }), []);
    assert.deepEqual(steps, ['a begins', 'a ends', 'b begins', 'b ends']);
  });

  it('fail with the plugin’s name, or return the missing ones', async () => {
    const breaking = (onError: FailurePolicy) =>
      plugin('broken', ({ hooks }) =>
        hooks.container.prestart.tap({ onError }, async () => Promise.reject(new Error('no'))),
      );
    const strict = await load([breaking('fail')]);
    const error = await rejection(strict.runner.apply(prestart, moment, { log: strict.log }));
    assert.deepEqual([error.plugin, error.hook], ['broken', 'container.prestart']);
    const lenient = await load([breaking('degrade')]);
    const degraded = await lenient.runner.apply(prestart, moment, { log: lenient.log });
    assert.deepEqual(degraded, [{ plugin: 'broken', hook: 'container.prestart', message: 'no' }]);
  });
});

describe('observers', () => {
  it('run side by side, cannot veto, and their failures are logged with their names', async () => {
    const seen: string[] = [];
    let open: () => void = () => {};
    const gate = new Promise<void>((resolve) => (open = resolve));
    const { runner, log } = await load([
      plugin('waits', ({ hooks }) =>
        hooks.container.poststart.tap(async () => gate.then(() => void seen.push('waits'))),
      ),
      plugin('broken', ({ hooks }) =>
        hooks.container.poststart.tap({ onError: 'fail' }, () => {
          throw new Error('boo');
        }),
      ),
      plugin('opens', ({ hooks }) => hooks.container.poststart.tap(() => open())),
    ]);
    assert.equal(runner.observe(poststart, moment, { log }), undefined);
    await runner.observersSettled();
    assert.deepEqual(seen, ['waits']);
    const line = log.lines.find(({ level }) => level === 'error');
    assert.deepEqual(
      [line?.fields.plugin, line?.fields.hook, line?.fields.error],
      ['broken', 'container.poststart', 'boo'],
    );
  });
});

describe('the circuit breaker', () => {
  async function shaky(onError: FailurePolicy, more: { alwaysCalled?: boolean } = {}) {
    let calls = 0;
    let works = false;
    let now = 0;
    const traces: TapTrace[] = [];
    const flaky = plugin('flaky', ({ hooks }) =>
      hooks.container.preCreate.tap({ onError, ...more }, () => {
        calls += 1;
        if (!works) throw new Error('down');
      }),
    );
    const breaker = { failures: 3, openMs: 10_000 };
    const clock = { ...systemClock, monotonic: () => now };
    const loaded = await load([flaky], { breaker, onTrace: (trace) => traces.push(trace) }, { clock });
    return {
      log: loaded.log,
      traces,
      plan: async () => loaded.runner.plan(preCreate, makeDraft(), { log: loaded.log }),
      calls: () => calls,
      fix: () => (works = true),
      pass: (ms: number) => (now += ms),
    };
  }

  it('opens after some failures in a row: the tap is not called, and the container says so', async () => {
    const { plan, calls, log, traces } = await shaky('degrade');
    for (let i = 0; i < 3; i++) await plan();
    const { degraded } = await plan();
    assert.equal(calls(), 3);
    assert.match(degraded[0]?.message ?? '', /failed too often in a row and is tried again in 10 s.*down/);
    assert.equal(traces.at(-1)?.outcome, 'open');
    assert.equal(log.lines.filter(({ message }) => message.includes('keeps failing')).length, 1);
  });

  it('lets one call through after its time, and closes when that succeeds', async () => {
    const { plan, calls, fix, pass, log } = await shaky('degrade');
    for (let i = 0; i < 3; i++) await plan();
    pass(10_001);
    await Promise.all([plan(), plan()]);
    assert.equal(calls(), 4);
    fix();
    pass(10_001);
    await plan();
    assert.deepEqual([(await plan()).degraded, calls()], [[], 6]);
    assert.ok(log.lines.some(({ message }) => message === 'the plugin works again'));
  });

  describe('at a reload', () => {
    const { failures, openMs } = { failures: 2, openMs: 10_000 };
    const broken = plugin('broken', ({ hooks }) =>
      hooks.container.preCreate.tap({ onError: 'skip' }, () => {
        throw new Error('down');
      }),
    );
    /** The outcomes of a plan before the reload that opens the breaker, and of one after it. */
    const outcomes = async (again: Plugin, entries: PluginEntry[] = []) => {
      const traces: TapTrace[] = [];
      const options = { breaker: { failures, openMs }, onTrace: (trace: TapTrace) => traces.push(trace) };
      const { generation, runner, log } = await load([broken], options);
      for (let i = 0; i < failures; i++) await runner.plan(preCreate, makeDraft(), { log });
      const next = await load([again], { ...options, number: 2, previous: generation, entries });
      await next.runner.plan(preCreate, makeDraft(), { log });
      return traces.map(({ outcome }) => outcome);
    };

    it('stays open for a plugin that has not changed', async () => {
      assert.deepEqual(await outcomes(broken), ['skipped', 'skipped', 'open']);
    });

    it('starts afresh for one that has, or whose policy has', async () => {
      assert.deepEqual(await outcomes({ ...broken }), ['skipped', 'skipped', 'skipped']);
      const entries = [entry({ name: 'broken', timeout: 9000 })];
      assert.deepEqual(await outcomes(broken, entries), ['skipped', 'skipped', 'skipped']);
    });
  });

  it('never opens for a tap that is always called', async () => {
    const { plan, calls } = await shaky('degrade', { alwaysCalled: true });
    for (let i = 0; i < 10; i++) await plan();
    assert.equal(calls(), 10);
  });

  it('never opens for a tap that must not be left out', async () => {
    const { plan, calls } = await shaky('fail');
    for (let i = 0; i < 10; i++) await rejection(plan());
    assert.equal(calls(), 10);
  });
});
