import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Generation, ShadowQueue } from '../../../../../core/plugins/index.ts';
import { shadowReport } from '../../../../../core/plugins/shadow/shadowReports.ts';
import { Secrets } from '../../../../../core/secrets/Secrets.ts';
import { catalogue } from '../../../../../hooks/catalogue.ts';
import { TestLog } from '../../../../../testing/TestLog.ts';
import { makeDraft } from '../support/draft.ts';
import { entry, load, plugin, rejection } from '../support/load.ts';

const { preCreate } = catalogue.container;

const serving = plugin('corp', ({ hooks }) =>
  hooks.container.preCreate.tap((draft) => {
    draft.labels.team = 'a';
    draft.process.env.DB_PASSWORD = 'old-password';
  }),
);
const later = plugin('later', ({ hooks }) =>
  hooks.container.preCreate.tap({ after: ['corp?'] }, (draft) => void (draft.hostname = 'later')),
);

describe('a shadow', () => {
  let directory = '';
  let queue: ShadowQueue;
  let log: TestLog;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'pouch-shadow-'));
    log = new TestLog();
    queue = new ShadowQueue({ log, secrets: new Secrets(() => ['*PASSWORD*']) });
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  /** Loads a plugin `corp` whose tap has this body, as a shadow. */
  async function withShadow(body: string, previous?: Generation, { more = '' } = {}) {
    const path = join(directory, 'new.mjs');
    writeFileSync(
      path,
      `export default { name: 'corp', version: '2.0.0', setup({ hooks, effect }) {
        hooks.container.preCreate.tap({ before: ['later?'] }, async (draft) => { ${body} }); ${more}
      } };`,
      { mode: 0o644 },
    );
    const shadow = entry({ path, shadow: true });
    return await load([serving, later], { entries: [shadow], shadowQueue: queue, previous, timeoutMs: 2000 });
  }

  const reportOf = ({ shadows }: Generation) => shadowReport(shadows[0]!);

  async function planned({ generation, runner }: Awaited<ReturnType<typeof withShadow>>, times = 1) {
    for (let i = 0; i < times; i++) await runner.plan(preCreate, makeDraft(), { log });
    await queue.idle();
    return reportOf(generation);
  }

  it('that plans the same changes nothing and is counted', async () => {
    const loaded = await withShadow(
      `draft.labels.team = 'a'; draft.process.env.DB_PASSWORD = 'old-password';`,
    );
    const { draft, blame } = await loaded.runner.plan(preCreate, makeDraft(), { log });
    assert.deepEqual([draft.labels, draft.hostname], [{ team: 'a' }, 'later']);
    assert.deepEqual([...new Set(blame.map((one) => one.plugin))], ['corp', 'later']);
    await queue.idle();
    const { calls, same, serving: beside, version } = reportOf(loaded.generation);
    assert.deepEqual([calls, same, beside, version], [1, 1, { source: 'built-in' }, '2.0.0']);
    assert.deepEqual(
      loaded.generation.plugins.map(({ name }) => name),
      ['corp', 'later'],
    );
  });

  it('that plans differently is reported by field, secrets masked, on the draft that the serving one got', async () => {
    const report = await planned(
      await withShadow(
        `draft.labels.team = 'b'; draft.labels.host = draft.hostname; draft.process.env.DB_PASSWORD = 'new-password';`,
      ),
    );
    const [difference] = report.differences;
    assert.deepEqual([report.differing, difference?.container, difference?.hook], [1, 'web', preCreate.name]);
    assert.deepEqual(
      Object.fromEntries(difference!.fields.map(({ field, from, to }) => [field, [from, to]])),
      {
        'labels.team': ['a', 'b'],
        'labels.host': [undefined, 'web'],
        'process.env.DB_PASSWORD': ['********', '********'],
      },
    );
    const line = log.lines.find(({ message }) => message === 'the shadow plans differently');
    assert.equal(line?.fields.plugin, 'corp');
    assert.match(String(line?.fields.fields), /labels\.team/);
  });

  it('that throws fails no plan, rests after five failures, and is counted', async () => {
    const report = await planned(await withShadow(`throw new Error('no luck');`), 1);
    assert.deepEqual([report.failed, report.differences[0]?.error], [1, { to: 'no luck' }]);
    const loaded = await withShadow(`throw new Error('still none');`);
    for (let i = 0; i < 7; i++) await planned(loaded);
    const { failed, leftOut } = reportOf(loaded.generation);
    assert.deepEqual([failed, leftOut], [5, 2]);
  });

  it('that hangs holds up no plan: 40 plans end at once, and those that find no place are dropped', async () => {
    const loaded = await withShadow(`await globalThis.releaseShadow;`);
    let release = () => {};
    (globalThis as { releaseShadow?: Promise<void> }).releaseShadow = new Promise(
      (resolve) => (release = resolve),
    );
    const drafts = await Promise.all(
      Array.from({ length: 40 }, () => loaded.runner.plan(preCreate, makeDraft(), { log })),
    );
    assert.ok(drafts.every(({ draft }) => draft.labels['team'] === 'a'));
    assert.equal(reportOf(loaded.generation).calls, 0);
    release();
    await queue.idle();
    const { calls, dropped } = reportOf(loaded.generation);
    assert.equal(calls + dropped, 40);
    assert.ok(dropped >= 7, `${dropped}`);
  });

  it('keeps its figures over a reload, and starts anew with another text', async () => {
    const same = `draft.labels.team = 'b';`;
    const first = await withShadow(same);
    await planned(first);
    const second = await withShadow(same, first.generation);
    assert.equal(reportOf(second.generation).calls, 1);
    await first.generation.dispose();
    assert.equal((await planned(second)).calls, 2);
    const third = await withShadow(`draft.labels.team = 'c';`, second.generation);
    assert.equal(reportOf(third.generation).calls, 0);
  });

  it('contributes neither effect kinds nor conflicts, and a broken one leaves the serving one alone', async () => {
    const more = `effect({ kind: 'touch', describe: () => '', apply: async () => {}, undo: async () => {} });`;
    const { generation } = await withShadow('', undefined, { more });
    assert.deepEqual([[...generation.effectKinds.keys()], generation.missing], [[], []]);
    const broken = await withShadow('', undefined, { more: `throw new Error('broken');` });
    assert.match(String(reportOf(broken.generation).error), /broken/);
    assert.deepEqual(broken.generation.missing, []);
    assert.deepEqual(
      broken.generation.plugins.map(({ state }) => state),
      ['active', 'active'],
    );
  });

  it('without a plugin that serves plans on the outcome of the hook', async () => {
    const path = join(directory, 'alone.mjs');
    writeFileSync(
      path,
      `export default { name: 'alone', setup({ hooks }) {
        hooks.container.preCreate.tap((draft) => void (draft.labels.seen = draft.hostname)); } };`,
      { mode: 0o644 },
    );
    const loaded = await load([later], { entries: [entry({ path, shadow: true })], shadowQueue: queue });
    const report = await planned(loaded);
    assert.equal(report.serving, undefined);
    assert.deepEqual(report.differences[0]?.fields, [{ field: 'labels.seen', to: 'later' }]);
    // It takes no part in a plan without some plugins.
    await loaded.runner.without(new Set(['later'])).plan(preCreate, makeDraft(), { log });
    await queue.idle();
    assert.equal(reportOf(loaded.generation).calls, 1);
  });

  it('sees the refusal of the serving one: the same code is the same', async () => {
    const path = join(directory, 'new.mjs');
    writeFileSync(
      path,
      `export default { name: 'strict', setup({ hooks }) {
        hooks.container.preCreate.tap(() => { throw new Error('refused too'); }); } };`,
      { mode: 0o644 },
    );
    const strict = plugin('strict', ({ hooks }) =>
      hooks.container.preCreate.tap(() => {
        throw new Error('refused');
      }),
    );
    const loaded = await load([strict], { entries: [entry({ path, shadow: true })], shadowQueue: queue });
    assert.equal((await rejection(loaded.runner.plan(preCreate, makeDraft(), { log }))).message, 'refused');
    await queue.idle();
    assert.equal(reportOf(loaded.generation).same, 1);
  });
});
