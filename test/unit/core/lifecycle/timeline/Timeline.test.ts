import assert from 'node:assert/strict';
import { appendFile, mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Timeline } from '../../../../../core/lifecycle/timeline/Timeline.ts';
import { Operations } from '../../../../../core/plugins/index.ts';
import { Secrets } from '../../../../../core/secrets/Secrets.ts';
import { Deferred } from '../../../../../core/wait/Deferred.ts';
import { catalogue } from '../../../../../hooks/catalogue.ts';
import type { Plugin } from '../../../../../hooks/definePlugin.ts';
import type { ContainerRecord } from '../../../../../hooks/engine.ts';
import { TestLog } from '../../../../../testing/TestLog.ts';
import { makeDraft } from '../../plugins/support/draft.ts';
import { load, plugin } from '../../plugins/support/load.ts';

const { preCreate, poststart } = catalogue.container;

describe('the timeline of a container', () => {
  const id = 'c1';
  let directory: string;
  let record: ContainerRecord;
  let known: boolean;
  let secrets: Secrets;
  let timeline: Timeline;
  let operations: Operations;
  const log = new TestLog();

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'timeline-'));
    record = { id, paths: { directory } } as ContainerRecord;
    known = true;
    secrets = new Secrets(() => ['*PASSWORD*']);
    timeline = newTimeline();
    operations = new Operations((operation) => timeline.add(operation));
  });
  afterEach(() => rm(directory, { recursive: true }));

  function newTimeline(): Timeline {
    return new Timeline({ store: { has: () => known, directoryOf: () => directory }, secrets, log });
  }

  async function runnerOf(...plugins: Plugin[]) {
    const { runner } = await load(plugins, {
      operation: () => operations.current,
      onTrace: (trace) => operations.trace(trace),
    });
    return runner;
  }

  async function created(...plugins: Plugin[]): Promise<void> {
    const runner = await runnerOf(...plugins);
    // The planner calls taps before the container has an id that others know.
    await operations.run('create', undefined, async () => {
      await runner.plan(preCreate, makeDraft(), { log });
      await operations.run('create', id, async () => {});
    });
  }

  const names = plugin('names', ({ hooks }) =>
    hooks.container.preCreate.tap((draft, { log: own }) => {
      draft.hostname = 'db';
      draft.labels['a.b'] = '1';
      own.warn('named it', { host: 'db', seen: { deep: true } });
    }),
  );

  it('has what each tap changed and logged, and is the same after a restart of the daemon', async () => {
    await created(names);
    for (const shown of [timeline, newTimeline()]) {
      const [create, ...more] = await shown.of(record, operations);
      assert.deepEqual(more, []);
      assert.equal(create?.verb, 'create');
      const [tap] = create.taps;
      assert.deepEqual(
        { ...tap, ms: 0, offsetMs: 0 },
        {
          hook: 'container.preCreate',
          plugin: 'names',
          tap: 'names',
          offsetMs: 0,
          ms: 0,
          attempts: 1,
          outcome: 'ok',
          log: [{ level: 'warn', message: 'named it', fields: { host: 'db', seen: '{"deep":true}' } }],
          logLeftOut: 0,
          changes: ['hostname', 'labels["a.b"]'],
          changesLeftOut: 0,
        },
      );
      assert.ok(tap && tap.offsetMs >= 0 && tap.offsetMs + tap.ms <= create.ms);
    }
  });

  it('has the attempts and the error of a tap that failed, without values of secrets', async () => {
    secrets.note(makeDraft({ process: { ...makeDraft().process, env: { DB_PASSWORD: 'hunter2hunter2' } } }));
    await created(
      plugin('tries', ({ hooks }) =>
        hooks.container.preCreate.tap({ onError: 'degrade' }, (_draft, { log: own }) => {
          own.info('password hunter2hunter2', { found: 'hunter2hunter2' });
          throw new Error('refused: hunter2hunter2');
        }),
      ),
    );
    const [create] = await timeline.of(record, operations);
    assert.equal(create?.taps[0]?.outcome, 'degraded');
    assert.match(create.taps[0].error ?? '', /refused: /);
    assert.equal(create.taps[0].log.length, 1);
    assert.doesNotMatch(JSON.stringify(create), /hunter2/);
    assert.doesNotMatch(await readFile(join(directory, 'timeline.jsonl'), 'utf8'), /hunter2/);
  });

  it('shows an operation that runs with the taps that have ended', async () => {
    const runner = await runnerOf(names);
    const gate = new Deferred();
    const running = operations.run('start', id, async () => {
      await runner.plan(preCreate, makeDraft(), { log });
      await gate.promise;
    });
    await new Promise(setImmediate);
    const [start] = await timeline.of(record, operations);
    assert.deepEqual([start?.running, start?.taps.length], [true, 1]);
    gate.resolve();
    await running;
    assert.equal((await timeline.of(record, operations))[0]?.running, undefined);
  });

  it('adds an observer that ends after its operation to it', async () => {
    const gate = new Deferred();
    const runner = await runnerOf(
      names,
      plugin('late', ({ hooks }) => hooks.container.poststart.tap(() => gate.promise)),
    );
    await operations.run('start', id, async () => {
      await runner.plan(preCreate, makeDraft(), { log });
      runner.observe(poststart, { container: record, netns: '' }, { log });
    });
    const taps = async () => (await timeline.of(record, operations)).map((one) => one.taps.map((t) => t.tap));
    assert.deepEqual(await taps(), [['names']]);
    gate.resolve();
    await runner.observersSettled();
    assert.deepEqual(await taps(), [['names', 'late']]);
  });

  it('keeps the first lines and fields of a tap that has too many', async () => {
    await created(
      plugin('loud', ({ hooks }) =>
        hooks.container.preCreate.tap((draft, { log: own }) => {
          for (let count = 0; count < 100; count++) {
            own.info('x'.repeat(10_000));
            draft.labels[`l${count}`] = '1';
          }
        }),
      ),
    );
    const [tap] = (await timeline.of(record, operations))[0]?.taps ?? [];
    assert.deepEqual(
      [tap?.log.length, tap?.logLeftOut, tap?.changes.length, tap?.changesLeftOut],
      [20, 80, 50, 50],
    );
    assert.equal(tap?.log[0]?.message.length, 500);
  });

  it('keeps no operation of a container that was never made, or is gone', async () => {
    known = false;
    await created(names);
    assert.deepEqual(await timeline.of(record, operations), []);
  });

  it('drops the oldest operations at 256 KiB, and leaves out a line that is damaged', async () => {
    await created(names);
    await appendFile(join(directory, 'timeline.jsonl'), '{"verb":"torn\n');
    for (let count = 0; count < 1000; count++) await created(names);
    const all = await timeline.of(record, operations);
    assert.ok(all.length > 100 && all.length < 1001, String(all.length));
    assert.ok((await stat(join(directory, 'timeline.jsonl'))).size < 200 * 1024);
    assert.deepEqual(
      log.lines.filter(({ message }) => message.includes('incomplete')),
      [],
    );
  });
});
