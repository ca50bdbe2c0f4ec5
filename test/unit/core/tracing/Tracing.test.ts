import assert from 'node:assert/strict';
import { Operations } from '../../../../core/plugins/index.ts';
import { Tracing } from '../../../../core/tracing/Tracing.ts';
import { Deferred } from '../../../../core/wait/Deferred.ts';
import { catalogue } from '../../../../hooks/catalogue.ts';
import type { ContainerRecord } from '../../../../hooks/engine.ts';
import { TestLog } from '../../../../testing/TestLog.ts';
import { StandInCollector } from '../../../support/StandInCollector.ts';
import { makeDraft } from '../plugins/support/draft.ts';
import { load, plugin } from '../plugins/support/load.ts';

const { preCreate, poststart } = catalogue.container;

describe('tracing to a collector', () => {
  // A load on a busy host takes longer than the end of pouchd waits.
  before(() => import('../../../../core/tracing/OtlpExporter.ts'));

  let collector: StandInCollector;
  let endpoint: string | null;
  let log: TestLog;
  let tracing: Tracing;
  let operations: Operations;

  beforeEach(async () => {
    collector = await StandInCollector.start();
    ({ endpoint } = collector);
    log = new TestLog();
    const hide = (text: string) => text.replaceAll('hunter2', '********');
    tracing = new Tracing({ endpoint: () => endpoint, hide, log });
    operations = new Operations((operation) => tracing.add(operation));
  });
  afterEach(() => collector.stop());

  async function runnerOf(...plugins: Parameters<typeof load>[0]) {
    const traced = { operation: () => operations.current, onTrace: operations.trace.bind(operations) };
    return (await load(plugins, traced)).runner;
  }

  const names = plugin('names', ({ hooks }) =>
    hooks.container.preCreate.tap((draft, { log: own }) => {
      draft.hostname = 'db';
      own.info('password hunter2');
    }),
  );

  async function create(): Promise<void> {
    const runner = await runnerOf(names);
    await operations.run('create', 'c1', () => runner.plan(preCreate, makeDraft(), { log }));
  }

  const dropped = () => log.lines.filter(({ message }) => message.startsWith('spans were dropped'));

  it('sends a span of the operation, and one below it for each tap, without secrets', async () => {
    await create();
    await tracing.end();
    const [request] = collector.requests;
    assert.deepEqual([request?.path, request?.contentType], ['/v1/traces', 'application/json']);
    const [root, tap] = collector.spans;
    assert.deepEqual([root?.name, tap?.name], ['create', 'container.preCreate names']);
    assert.deepEqual([tap?.['traceId'], tap?.['parentSpanId']], [root?.['traceId'], root?.['spanId']]);
    assert.match(String(root?.['traceId']), /^[0-9a-f]{32}$/);
    assert.match(String(tap?.['spanId']), /^[0-9a-f]{16}$/);
    const start = (span: typeof tap) => BigInt(String(span?.['startTimeUnixNano']));
    const end = (span: typeof tap) => BigInt(String(span?.['endTimeUnixNano']));
    assert.ok(start(root) <= start(tap) && end(tap) <= end(root));
    assert.ok(Math.abs(Number(start(root) / 1_000_000n) - Date.now()) < 60_000);
    const text = JSON.stringify(tap);
    assert.match(text, /"pouch.plugin","value":\{"stringValue":"names"\}/);
    assert.match(text, /"pouch.changes","value":\{"stringValue":"hostname"\}/);
    assert.match(text, /"name":"password \*{8}"/);
  });

  it('marks the span of a tap that failed', async () => {
    const runner = await runnerOf(
      plugin('fails', ({ hooks }) =>
        hooks.container.preCreate.tap({ onError: 'degrade' }, () => {
          throw new Error('no hunter2');
        }),
      ),
    );
    await operations.run('create', 'c1', () => runner.plan(preCreate, makeDraft(), { log }));
    await tracing.end();
    assert.match(JSON.stringify(collector.spans[1]?.['status']), /"code":2,"message":".*no \*{8}/);
  });

  it('sends an observer that ends later in the trace of its operation, and the operation once', async () => {
    const gate = new Deferred();
    const runner = await runnerOf(
      names,
      plugin('late', ({ hooks }) => hooks.container.poststart.tap(() => gate.promise)),
    );
    await operations.run('start', 'c1', async () => {
      await runner.plan(preCreate, makeDraft(), { log });
      runner.observe(poststart, { container: { id: 'c1' } as ContainerRecord, netns: '' }, { log });
    });
    gate.resolve();
    await runner.observersSettled();
    await tracing.end();
    assert.deepEqual(
      collector.spans.map(({ name }) => name),
      ['start', 'container.preCreate names', 'container.poststart late'],
    );
    assert.equal(new Set(collector.spans.map((span) => span['traceId'])).size, 1);
  });

  it('sends no span without an endpoint, and sends them once it is set', async () => {
    endpoint = null;
    await create();
    await tracing.end();
    assert.deepEqual(collector.requests, []);
    ({ endpoint } = collector);
    await create();
    await tracing.end();
    assert.equal(collector.spans.length, 2);
  });

  it('drops and counts the spans that a collector refuses, and sends the next ones', async () => {
    collector.status = 503;
    await create();
    await tracing.end();
    assert.deepEqual(
      dropped().map(({ fields }) => [fields['spans'], fields['error']]),
      [[2, 'it replied with status 503']],
    );
    collector.status = 200;
    collector.requests.length = 0;
    await create();
    await tracing.end();
    assert.equal(collector.spans.length, 2);
  });

  it('keeps a bounded number of spans for a collector that does not reply, and delays no operation', async () => {
    collector.status = undefined;
    const runner = await runnerOf(names);
    for (let count = 0; count < 2000; count++)
      await operations.run('create', 'c1', () => runner.plan(preCreate, makeDraft(), { log }));
    const began = performance.now();
    await tracing.end();
    assert.ok(performance.now() - began < 4000);
    await collector.stop();
    collector = await StandInCollector.start();
    await tracing.end();
    assert.equal(dropped().length, 1);
    assert.ok(Number(dropped()[0]?.fields['spans']) >= 4000 - 2048);
  });
});
