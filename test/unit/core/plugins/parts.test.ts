import assert from 'node:assert/strict';
import { catalogue } from '../../../../hooks/catalogue.ts';
import type { TapOptions } from '../../../../hooks/defineHook.ts';
import type { ContainerMoment } from '../../../../hooks/index.ts';
import { FieldOwners } from '../../../../core/plugins/index.ts';
import { makeDraft } from './support/draft.ts';
import { load, plugin, rejection } from './support/load.ts';

const { preCreate, prestart, poststart } = catalogue.container;
const moment = { netns: '' } as ContainerMoment;

/** Sets a label per part, or fails for one of them. */
function speaker(parts: () => readonly string[], options: TapOptions = {}, fails = '') {
  return plugin('speaker', ({ hooks }) =>
    hooks.container.preCreate.tap({ ...options, parts }, (draft, { part }) => {
      if (part === fails) throw new Error('no luck');
      draft.labels[`by-${part}`] = 'yes';
    }),
  );
}

describe('a tap with parts', () => {
  it('is called for each, and the blame names it', async () => {
    let parts = ['10-a', '20-b'];
    const { runner, log } = await load([speaker(() => parts)]);
    const first = await runner.plan(preCreate, makeDraft(), { log });
    assert.deepEqual(
      first.blame.map(({ plugin: who, field }) => [who, field]),
      [
        ['speaker/10-a', 'labels.by-10-a'],
        ['speaker/20-b', 'labels.by-20-b'],
      ],
    );
    parts = [];
    assert.deepEqual((await runner.plan(preCreate, makeDraft(), { log })).blame, []);
  });

  it('fails by the part, under its policy', async () => {
    const failing = await load([speaker(() => ['a', 'b'], {}, 'b')]);
    const error = await rejection(failing.runner.plan(preCreate, makeDraft(), { log: failing.log }));
    assert.deepEqual([error.plugin, error.message], ['speaker/b', 'no luck']);
    const degrading = await load([speaker(() => ['b', 'a'], { onError: 'degrade' }, 'b')]);
    const { draft, degraded } = await degrading.runner.plan(preCreate, makeDraft(), { log: degrading.log });
    assert.equal(draft.labels['by-a'], 'yes');
    assert.deepEqual(degraded, [{ plugin: 'speaker/b', hook: 'container.preCreate', message: 'no luck' }]);
  });

  it('names both parts of a conflict', async () => {
    const both = plugin('speaker', ({ hooks }) =>
      hooks.container.preCreate.tap(
        { parts: () => ['a', 'b'] },
        (draft, { part }) => void (draft.hostname = part!),
      ),
    );
    const { runner, log } = await load([both]);
    const error = await rejection(
      runner.plan(preCreate, makeDraft(), { log, fieldOwners: new FieldOwners() }),
    );
    assert.equal(error.message, 'plugins speaker/a and speaker/b both tried to set hostname');
    // A program declares no `overrides`.
    assert.equal(error.hint, 'disable one of them, or have speaker/b leave the field alone');
    const other = plugin('other', ({ hooks }) =>
      hooks.container.preCreate.tap({ after: ['speaker'] }, (draft) => void (draft.labels['by-a'] = 'x')),
    );
    const mixed = await load([speaker(() => ['a']), other]);
    const { hint } = await rejection(mixed.runner.plan(preCreate, makeDraft(), { log: mixed.log }));
    assert.match(hint ?? '', /let other declare `overrides: \['speaker'\]` on its tap/);
  });

  it('is overridden by the name of its plugin', async () => {
    const last = plugin('last', ({ hooks }) =>
      hooks.container.preCreate.tap(
        { overrides: ['speaker'] },
        (draft) => void (draft.labels['by-a'] = 'last'),
      ),
    );
    const { runner, log } = await load([speaker(() => ['a']), last]);
    assert.equal((await runner.plan(preCreate, makeDraft(), { log })).draft.labels['by-a'], 'last');
  });

  it('is called in order at apply points and side by side at observe points', async () => {
    const called: string[] = [];
    const all = plugin('speaker', ({ hooks }) => {
      const options = { parts: () => ['a', 'b'] };
      hooks.container.prestart.tap(options, (_, { part }) => void called.push(`prestart ${part}`));
      hooks.container.poststart.tap(options, (_, { part }) => void called.push(`poststart ${part}`));
    });
    const { runner, log } = await load([all]);
    await runner.apply(prestart, moment, { log });
    runner.observe(poststart, moment, { log });
    await runner.observersSettled();
    assert.deepEqual(called, ['prestart a', 'prestart b', 'poststart a', 'poststart b']);
  });

  it('whose list of parts fails, fails as any tap', async () => {
    const { runner, log } = await load([
      speaker(() => {
        throw new Error('no list');
      }),
    ]);
    const error = await rejection(runner.plan(preCreate, makeDraft(), { log }));
    assert.deepEqual([error.plugin, error.message], ['speaker', 'no list']);
  });
});

describe('a stateful tap', () => {
  it('is left out of a plan that is only shown, which says so', async () => {
    const { runner, log } = await load([speaker(() => ['a'], { stateful: true })]);
    const { draft, degraded } = await runner.plan(preCreate, makeDraft(), { log, isShown: true });
    assert.deepEqual(draft.labels, {});
    assert.deepEqual(
      degraded.map(({ plugin: who }) => who),
      ['speaker/a'],
    );
    assert.match(degraded[0]!.message, /only shown/);
  });

  it('hears of a plan that is not carried out, also when it has failed itself', async () => {
    const heard: string[] = [];
    const keeper = plugin('keeper', ({ hooks }) =>
      hooks.container.preCreate.tap({ stateful: true }, (draft, { onAbandoned }) => {
        onAbandoned?.(() => heard.push(draft.id));
        throw new Error('no luck');
      }),
    );
    const { runner, log } = await load([keeper]);
    const abandoned: (() => void)[] = [];
    await rejection(runner.plan(preCreate, makeDraft(), { log, abandoned }));
    for (const run of abandoned) run();
    assert.deepEqual(heard, [makeDraft().id]);
  });
});
