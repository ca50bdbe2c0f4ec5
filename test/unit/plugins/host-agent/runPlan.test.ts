import assert from 'node:assert/strict';
import type { AgentProgress } from '../../../../client/wire.ts';
import { PouchError } from '../../../../hooks/index.ts';
import type { AgentContext } from '../../../../plugins/host-agent/converge/agentContext.ts';
import { runPlan } from '../../../../plugins/host-agent/converge/runPlan.ts';
import { readHost } from '../../../../plugins/host-agent/declare/readHost.ts';
import type { ContainerStep, Step } from '../../../../plugins/host-agent/plan/step.ts';

/** An engine of containers that start at once, except those that are to fail. */
function engine(failing: ReadonlySet<string>, pull: (name: string) => Promise<void>) {
  const calls: string[] = [];
  const started = new Set<string>();
  const containers = {
    create: ({ name = '' }) => Promise.resolve({ id: name, warnings: [] }),
    start: async (name: string) => {
      calls.push(name);
      await Promise.resolve();
      if (failing.has(name)) throw new PouchError('PCH_CONFLICT', `${name} is broken`);
      started.add(name);
    },
    inspect: (name: string) => ({
      name,
      id: name,
      draft: { labels: {}, rich: { enabled: false }, process: { capabilities: {} } },
      state: { status: started.has(name) ? 'running' : 'exited', startedAt: started.has(name) ? 'now' : '' },
    }),
    stop: () => Promise.resolve(),
    complete: (request: object) => request,
    update: () => Promise.resolve({ warnings: [] }),
  };
  const log = { debug() {}, info() {}, warn() {}, error() {} };
  const context = {
    containers,
    images: { pull },
    log,
    key: 'key',
    signal: new AbortController().signal,
  } as unknown as AgentContext;
  return { context, calls };
}

function stepsOf(containers: Record<string, object>, action: ContainerStep['action'] = 'create'): Step[] {
  const declared = readHost({ containers, networks: {}, volumes: {} } as never, () => undefined, 'key');
  return [...declared.containers.values()].map((one) => ({
    kind: 'container',
    name: one.name,
    action,
    changes: [],
    declared: one,
  }));
}

async function run(
  steps: Step[],
  failing: string[] = [],
  {
    pull = () => Promise.resolve(),
    missing = {},
    pausedAfter = Infinity,
  }: { pull?(name: string): Promise<void>; missing?: object; pausedAfter?: number } = {},
) {
  const { context, calls } = engine(new Set(failing), pull);
  const progress: AgentProgress[] = [];
  const outcome = await runPlan(
    context,
    { steps, problems: [] },
    {
      missing: new Map(Object.entries(missing)),
      onProgress: (one) => progress.push(one),
      isPaused: () => progress.length >= pausedAfter,
    },
  );
  const shown = progress.map(
    ({ Name, Error, Waits }) => `${Name}${Error ? ' failed' : ''}${Waits ? ` waits for ${Waits}` : ''}`,
  );
  return { outcome, calls, shown };
}

const image = { image: 'a' };

describe('a run of a plan', () => {
  it('starts containers after those that they depend on', async () => {
    const steps = stepsOf({
      web: { ...image, dependsOn: 'app' },
      app: { ...image, dependsOn: 'db' },
      db: image,
    });
    assert.deepEqual((await run(steps)).calls, ['db', 'app', 'web']);
  });

  it('holds up only what depends on a failure', async () => {
    const steps = stepsOf({ web: { ...image, dependsOn: 'db' }, db: image, other: image });
    const { outcome, shown } = await run(steps, ['db']);
    assert.deepEqual(shown.toSorted(), ['db failed', 'other', 'web waits for db: db is broken']);
    assert.deepEqual(outcome, { Done: 1, Failed: 1, Left: 1 });
  });

  it('leaves the other replicas as they are once one has failed', async () => {
    const replicas = { web: { ...image, replicas: '4', update: { parallel: '1' } } };
    const steps = stepsOf(replicas, 'start');
    const { shown, calls } = await run(steps, ['web-2']);
    assert.deepEqual(calls, ['web-1', 'web-2']);
    assert.deepEqual(shown, [
      'web-1',
      'web-2 failed',
      'web-3 waits for web-2, which has failed',
      'web-4 waits for web-2, which has failed',
    ]);
  });

  it('pulls images while containers of others start', async () => {
    let pulled: () => void = () => undefined;
    const steps = stepsOf({ web: { image: 'slow:1' }, db: { image: 'here:1' } });
    const pull: Step = { kind: 'image', name: 'slow:1', action: 'pull', changes: [] };
    const running = run([pull, ...steps], [], { pull: () => new Promise((resolve) => (pulled = resolve)) });
    // The container of the other image does not wait: if it did, this would not end.
    setImmediate(() => pulled());
    assert.deepEqual((await running).shown, ['db', 'slow:1', 'web']);
  });

  it('holds up only the containers of an image that cannot be pulled, now or since before', async () => {
    const steps = stepsOf({ web: { image: 'a:1' }, db: { image: 'b:1' }, other: { image: 'c:1' } });
    const pull: Step = { kind: 'image', name: 'a:1', action: 'pull', changes: [] };
    const { shown } = await run([pull, ...steps], [], {
      pull: () => Promise.reject(new PouchError('PCH_REGISTRY_UNREACHABLE', 'refused')),
      missing: { 'b:1': 'not found' },
    });
    assert.deepEqual(shown.toSorted(), [
      'a:1 failed',
      'db waits for its image b:1: not found',
      'other',
      'web waits for its image a:1: refused',
    ]);
  });

  it('begins no step once it is paused, and reports none as failed', async () => {
    const steps = stepsOf({
      web: { ...image, dependsOn: { app: 'healthy' } },
      app: { ...image, dependsOn: 'db' },
      db: image,
    });
    const { outcome, shown } = await run(steps, [], { pausedAfter: 1 });
    assert.deepEqual(shown, ['db']);
    assert.deepEqual(outcome, { Done: 1, Failed: 0, Left: 2 });
  });

  it('does not do what is held', async () => {
    const [step] = stepsOf({ web: image });
    const { outcome, calls } = await run([{ ...step!, held: 'because' }]);
    assert.deepEqual([outcome.Left, calls], [1, []]);
  });
});
