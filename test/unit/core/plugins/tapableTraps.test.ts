/**
 * Each of these kills the process or hangs the hook with tapable alone; here it must be one error that names its
 * plugin.
 */
import assert from 'node:assert/strict';
import { catalogue } from '../../../../hooks/catalogue.ts';
import type { Plugin } from '../../../../hooks/definePlugin.ts';
import { makeDraft } from './support/draft.ts';
import { load, plugin, rejection } from './support/load.ts';

const { preCreate } = catalogue.container;
const patient = plugin('patient', ({ hooks }) => {
  hooks.container.preCreate.tap(async () => new Promise((resolve) => setImmediate(resolve)));
});

async function planWith(...plugins: Plugin[]) {
  const { runner, log } = await load(plugins);
  return runner.plan(preCreate, makeDraft(), { log });
}

/** A tap as plain JavaScript may write it. */
function careless(name: string, tap: () => any, timeoutMs = 5_000): Plugin {
  return plugin(name, ({ hooks }) => hooks.container.preCreate.tap({ timeoutMs }, tap));
}

describe('tapable traps', () => {
  it('a synchronous throw after an asynchronous tap is an ordinary failure', async () => {
    const throws = careless('throws', () => {
      throw new Error('out of cheese');
    });
    const error = await rejection(planWith(patient, throws));
    assert.deepEqual(
      [error.code, error.plugin, error.hook],
      ['PCH_PLUGIN_FAILED', 'throws', 'container.preCreate'],
    );
    assert.equal(error.message, 'out of cheese');
  });

  it('a tap that returns no promise after an asynchronous one is fine', async () => {
    const { draft } = await planWith(
      patient,
      plugin('plain', ({ hooks }) => hooks.container.preCreate.tap((d) => void (d.hostname = 'plain'))),
    );
    assert.equal(draft.hostname, 'plain');
  });

  it('a tap that returns something other than a draft is named', async () => {
    for (const [returned, found] of [
      ['yes', 'a string'],
      [null, 'null'],
      [7, 'a number'],
      [[], 'an array'],
    ]) {
      const error = await rejection(
        planWith(
          patient,
          careless('chatty', () => returned),
        ),
      );
      assert.deepEqual([error.code, error.plugin], ['PCH_PLUGIN_CONTRACT', 'chatty']);
      assert.match(error.message, new RegExp(`returned ${String(found)}`));
    }
  });

  it('a thenable that throws when it is asked for `then` is an ordinary failure', async () => {
    const trap = Object.defineProperty({}, 'then', {
      get() {
        throw new Error('no then for you');
      },
    });
    const error = await rejection(
      planWith(
        patient,
        careless('odd', () => trap),
      ),
    );
    assert.deepEqual([error.plugin, error.message], ['odd', 'no then for you']);
  });

  it('an unknown `before` is a load error that names both, and moves nothing to the front', async () => {
    const { generation } = await load([
      careless('first', () => undefined),
      plugin('pushy', ({ hooks }) => hooks.container.preCreate.tap({ before: ['firsts'] }, () => {})),
    ]);
    assert.deepEqual(
      generation.plugins.map(({ state }) => state),
      ['active', 'quarantined'],
    );
    assert.match(
      generation.plugins[1]?.error ?? '',
      /pushy wants to run before firsts.*no plugin is named firsts.*did you mean first\?/,
    );
  });

  it('a second tap of one name in one hook is a load error', async () => {
    const { generation } = await load([
      plugin('twin', ({ hooks }) => {
        hooks.container.preCreate.tap(() => {});
        hooks.container.preCreate.tap(() => {});
      }),
    ]);
    assert.match(
      generation.plugins[0]?.error ?? '',
      /twin taps container\.preCreate twice under the name twin/,
    );
  });

  it('two taps of one plugin in one hook are fine with names of their own', async () => {
    const { draft } = await planWith(
      plugin('twins', ({ hooks }) => {
        hooks.container.preCreate.tap({ name: 'a', after: ['twins:b'] }, (d) => void (d.hostname += 'a'));
        hooks.container.preCreate.tap({ name: 'b' }, (d) => void (d.hostname += 'b'));
      }),
    );
    assert.equal(draft.hostname, 'webba');
  });

  it('a tap that never settles ends at its deadline, and its signal aborts', async () => {
    let signal: AbortSignal | undefined;
    const stuck = plugin('stuck', ({ hooks }) => {
      hooks.container.preCreate.tap({ timeoutMs: 20 }, async (_draft, context) => {
        signal = context.signal;
        return new Promise(() => {});
      });
    });
    const error = await rejection(planWith(stuck));
    assert.deepEqual(
      [error.code, error.plugin, error.hook],
      ['PCH_DEADLINE', 'stuck', 'container.preCreate'],
    );
    assert.match(error.message, /did not settle within 20 ms/);
    assert.equal(signal?.aborted, true);
  });

  it('a rejection after the deadline is a line in the log, never an unhandledRejection', async () => {
    let fail: (error: Error) => void = () => {};
    const late = plugin('late', ({ hooks }) => {
      hooks.container.preCreate.tap(
        { timeoutMs: 10 },
        async () => new Promise((_resolve, reject) => (fail = reject)),
      );
    });
    const { runner, log } = await load([late]);
    await rejection(runner.plan(preCreate, makeDraft(), { log }));
    const unhandled: unknown[] = [];
    const note = (reason: unknown) => unhandled.push(reason);
    process.on('unhandledRejection', note);
    fail(new Error('too late'));
    await new Promise((resolve) => setImmediate(resolve));
    await new Promise((resolve) => setImmediate(resolve));
    process.off('unhandledRejection', note);
    assert.deepEqual(unhandled, []);
    const line = log.lines.find(({ message }) => message.includes('after its deadline'));
    assert.deepEqual(line?.fields, { plugin: 'late', hook: 'container.preCreate', error: 'too late' });
  });

  it('a tap that returns undefined in a waterfall keeps what it changed in place', async () => {
    const { draft, blame } = await planWith(
      plugin('in-place', ({ hooks }) => hooks.container.preCreate.tap((d) => void (d.hostname = 'one'))),
      plugin('afresh', ({ hooks }) => hooks.container.preCreate.tap((d) => ({ ...d, domainname: 'two' }))),
    );
    assert.deepEqual([draft.hostname, draft.domainname], ['one', 'two']);
    assert.deepEqual(
      blame.map(({ field, plugin: name }) => [field, name]),
      [
        ['hostname', 'in-place'],
        ['domainname', 'afresh'],
      ],
    );
  });
});
