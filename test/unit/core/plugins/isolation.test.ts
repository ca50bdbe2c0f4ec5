import assert from 'node:assert/strict';
import { setImmediate as turn } from 'node:timers/promises';
import { withFrozenRecords } from '../../../../core/plugins/index.ts';
import { catalogue } from '../../../../hooks/catalogue.ts';
import type { ContainerDraft } from '../../../../hooks/draft.ts';
import type { ContainerRecord, Engine } from '../../../../hooks/engine.ts';
import { makeDraft } from './support/draft.ts';
import { load, plugin, rejection } from './support/load.ts';

const { preCreate, prestart, poststart, selectRuntime } = catalogue.container;

function runningMoment(draft = makeDraft()) {
  const container = {
    id: 'a'.repeat(64),
    name: 'web',
    draft,
    state: { status: 'running' },
  } as unknown as ContainerRecord;
  return { container, netns: '' };
}

describe('the input of a tap', () => {
  it('of an apply hook is a frozen copy: a write is refused with the plugin’s name', async () => {
    const { runner, log } = await load([
      plugin('liar', ({ hooks }) =>
        hooks.container.prestart.tap(({ container }) => void (container.state.status = 'exited')),
      ),
    ]);
    const moment = runningMoment();
    const error = await rejection(runner.apply(prestart, moment, { log }));
    assert.deepEqual(
      [error.code, error.plugin, error.hook],
      ['PCH_PLUGIN_CONTRACT', 'liar', 'container.prestart'],
    );
    assert.match(error.message, /the input of this hook is read-only: .*'status'/);
    assert.equal(moment.container.state.status, 'running');
  });

  it('of an observer is a frozen copy: a write is logged with the plugin’s name', async () => {
    const { runner, log } = await load([
      plugin('liar', ({ hooks }) =>
        hooks.container.poststart.tap(({ container }) => void delete container.draft.process.env.PATH),
      ),
    ]);
    const moment = runningMoment();
    runner.observe(poststart, moment, { log });
    await runner.observersSettled();
    const line = log.lines.find(({ fields }) => fields['plugin'] === 'liar' && fields['error'] !== undefined);
    assert.match(String(line?.fields['error']), /the input of this hook is read-only/);
    assert.deepEqual(moment, runningMoment(makeDraft({ image: moment.container.draft.image })));
  });

  it('of a later time shows the moment of the hook', async () => {
    let seen = '';
    const { runner, log } = await load([
      plugin('late', ({ hooks }) =>
        hooks.container.poststart.tap(async ({ container }) => {
          await turn();
          seen = container.state.status;
        }),
      ),
    ]);
    const moment = runningMoment();
    runner.observe(poststart, moment, { log });
    moment.container.state.status = 'exited';
    await runner.observersSettled();
    assert.equal(seen, 'running');
  });

  it('keeps its functions', async () => {
    const { runner, log } = await load([
      plugin('looking', ({ hooks }) =>
        hooks.container.selectRuntime.tap(async ({ image }) =>
          (await image.stat('/sbin/init')) ? 'runc' : 'kata',
        ),
      ),
    ]);
    assert.equal((await runner.bail(selectRuntime, makeDraft(), { log }))?.result, 'kata');
  });
});

describe('the draft of a tap', () => {
  /** Keeps its draft, and writes to it while the next tap runs. */
  function pair(write: (draft: ContainerDraft) => ContainerDraft | undefined, next = () => {}) {
    let kept: ContainerDraft | undefined;
    return [
      plugin('alpha', ({ hooks }) =>
        hooks.container.preCreate.tap((draft) => {
          const returned = write(draft);
          kept = returned ?? draft;
          return returned;
        }),
      ),
      plugin('beta', ({ hooks }) =>
        hooks.container.preCreate.tap(async (draft) => {
          await turn();
          if (kept) kept.labels.late = 'alpha';
          next();
          draft.labels.beta = 'here';
        }),
      ),
    ];
  }

  const cases: [string, Parameters<typeof pair>[0]][] = [
    ['that it has changed', (draft) => void (draft.labels.alpha = 'here')],
    ['that it has not touched', () => undefined],
    ['that it has returned', (draft) => ({ ...draft, labels: { alpha: 'here' } })],
  ];
  for (const [what, write] of cases) {
    it(`${what} is its own: a write after its end is ignored, and logged with its name`, async () => {
      const { runner, log } = await load(pair(write));
      const { draft, blame } = await runner.plan(preCreate, makeDraft(), { log });
      assert.equal(draft.labels.late, undefined);
      assert.equal(draft.labels.beta, 'here');
      assert.ok(blame.every(({ field }) => field !== 'labels.late'));
      const warnings = log.lines.filter(({ level }) => level === 'warn');
      assert.deepEqual(
        warnings.map(({ message, fields }) => [message, fields]),
        [
          [
            'a tap wrote to its draft after its end: the write is ignored',
            { plugin: 'alpha', hook: 'container.preCreate', field: 'labels.late' },
          ],
        ],
      );
    });
  }

  it('that it has left at its deadline is its own too', async () => {
    let kept: ContainerDraft | undefined;
    const { runner, log } = await load([
      plugin('slow', ({ hooks }) =>
        hooks.container.preCreate.tap({ timeoutMs: 5, onError: 'skip' }, async (draft) => {
          kept = draft;
          draft.labels.slow = 'half';
          await new Promise(() => {});
        }),
      ),
      plugin('beta', ({ hooks }) =>
        hooks.container.preCreate.tap((draft) => {
          if (kept) kept.labels.late = 'slow';
          draft.labels.beta = 'here';
        }),
      ),
    ]);
    const { draft } = await runner.plan(preCreate, makeDraft(), { log });
    assert.deepEqual(draft.labels, { beta: 'here' });
    assert.ok(
      log.lines.some(
        ({ message, fields }) => message.includes('after its end') && fields['plugin'] === 'slow',
      ),
    );
  });

  it('reads, lists, spreads and deletes like a plain object', async () => {
    const { runner, log } = await load([
      plugin('reader', ({ hooks }) =>
        hooks.container.preCreate.tap((draft) => {
          assert.deepEqual(draft, makeDraft({ image: draft.image }));
          assert.deepEqual(Object.keys(draft), Object.keys(makeDraft()));
          assert.equal('hostname' in draft, true);
          const { labels, ...rest } = draft;
          delete (draft as Partial<ContainerDraft>).labels;
          assert.equal('labels' in draft, false);
          return { ...rest, labels: { ...labels, seen: 'yes' } };
        }),
      ),
    ]);
    const { draft, blame } = await runner.plan(preCreate, makeDraft(), { log });
    assert.deepEqual(draft.labels, { seen: 'yes' });
    assert.deepEqual(
      blame.map(({ field, action }) => [field, action]),
      [['labels.seen', 'set']],
    );
  });
});

describe('the engine that plugins inject', () => {
  it('returns frozen copies of its records, and works otherwise', async () => {
    const { container } = runningMoment();
    const exec = { id: 'e', running: true };
    class Containers {
      readonly #all = [container];
      list() {
        return [...this.#all];
      }
      inspect() {
        return this.#all[0];
      }
      stop() {
        return Promise.resolve(this.#all.length === 1);
      }
    }
    const engine = withFrozenRecords({
      containers: new Containers(),
      execs: { inspect: () => exec },
    } as unknown as Engine);
    for (const seen of [engine.containers.inspect('web'), engine.containers.list()[0]!])
      assert.throws(() => (seen.state.status = 'exited'), /read only/);
    assert.throws(() => (engine.execs.inspect('e').running = false), /read only/);
    assert.deepEqual(engine.containers.inspect('web'), container);
    assert.equal(await engine.containers.stop('web'), true);
  });
});
