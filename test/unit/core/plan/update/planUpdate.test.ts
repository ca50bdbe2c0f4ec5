import assert from 'node:assert/strict';
import { planUpdate } from '../../../../../core/plan/update/planUpdate.ts';
import type { HostLimits } from '../../../../../core/plan/clamp/index.ts';
import type { UpdateRequest } from '../../../../../hooks/engine.ts';
import type { Plugin } from '../../../../../hooks/definePlugin.ts';
import type { OciResources } from '../../../../../hooks/oci.ts';
import type { ResourceRequest } from '../../../../../hooks/limits.ts';
import { lookHere } from '../support.ts';
import { load, plugin, rejection } from '../../plugins/support/load.ts';
import { record } from '../../record.ts';

const mib = 2 ** 20;

/** A host with every cgroup controller but these. */
function hostWithout(lacking: readonly string[]): HostLimits {
  const controllers = ['memory', 'pids', 'blkio', 'cpu', 'cpuset'].filter((name) => !lacking.includes(name));
  return {
    capabilities: new Set(),
    oomScoreAdj: 0,
    rlimits: new Map(),
    controllers: new Set(controllers),
    hasControllerFile: () => true,
  };
}

describe('the plan of an update', () => {
  const plan = async (
    update: UpdateRequest,
    had: { resources?: OciResources; request?: ResourceRequest; autoRemove?: boolean } = {},
    plugins: Plugin[] = [],
    lacking: string[] = [],
  ) => {
    const { generation, log } = await load(plugins);
    const container = record({
      draft: { resources: had.resources ?? {}, autoRemove: had.autoRemove ?? false },
      request: { resources: had.request ?? {} },
    });
    return await planUpdate(container, update, generation, {
      log,
      host: hostWithout(lacking),
      look: lookHere,
    });
  };
  const limits = async (given: ResourceRequest, request: ResourceRequest, resources: OciResources) =>
    (await plan({ resources: given }, { request, resources })).draft.resources;

  it('leaves out what the host has no controller for, with a warning', async () => {
    const { draft, warnings } = await plan({ resources: { pids: 20, memory: 64 * mib } }, {}, [], ['pids']);
    assert.equal(draft.resources.pids, undefined);
    assert.equal(draft.resources.memory?.limit, 64 * mib);
    assert.match(warnings.join(), /without `resources\.pids`: this host has no cgroup controller pids/);
  });

  it('changes labels, annotations and variables, and removes them', async () => {
    const { generation, log } = await load([]);
    const container = record({
      draft: {
        resources: {},
        labels: { a: '1', b: '2' },
        annotations: { x: 'y' },
        process: { env: { A: '1', PATH: '/bin' } } as never,
      },
      request: { labels: { a: '1', b: '2' }, env: { A: '1' } },
    });
    const update = {
      labels: { a: undefined, c: '3' },
      annotations: { x: undefined },
      env: { A: '2', PATH: undefined },
    };
    const planned = await planUpdate(container, update, generation, {
      log,
      host: hostWithout([]),
      look: lookHere,
    });
    const { labels, annotations, process } = planned.draft;
    assert.deepEqual(
      { labels, annotations, process },
      {
        labels: { b: '2', c: '3' },
        annotations: {},
        process: { env: { A: '2' } },
      },
    );
    assert.deepEqual(planned.request.labels, { b: '2', c: '3' });
    assert.deepEqual(planned.request.env, { A: '2', PATH: undefined });
    const fields = planned.blame.map(({ field }) => field).sort();
    assert.deepEqual(fields, ['annotations.x', 'labels.a', 'labels.c', 'process.env.A', 'process.env.PATH']);
  });

  it('refuses variables of a container whose init has them in files', async () => {
    const { generation, log } = await load([]);
    const container = record({
      draft: { resources: {}, rich: { enabled: true, mode: 'systemd', initScript: '' } },
    });
    const options = { log, host: hostWithout([]), look: lookHere };
    await assert.rejects(planUpdate(container, { env: { A: '1' } }, generation, options), {
      code: 'PCH_NOT_SUPPORTED',
      field: 'env',
    });
    await planUpdate(container, { labels: { A: '1' } }, generation, options);
  });

  it('changes what is named, and nothing else', async () => {
    const had = { memory: { limit: 64 * mib, swap: 128 * mib }, pids: { limit: 9 } };
    assert.deepEqual(await limits({ pids: 20 }, { memory: 64 * mib, pids: 9 }, had), {
      ...had,
      pids: { limit: 20 },
    });
  });

  it('lets swap follow memory, unless it was asked for', async () => {
    const had = { memory: { limit: 64 * mib, swap: 128 * mib } };
    assert.deepEqual((await limits({ memory: 32 * mib }, { memory: 64 * mib }, had)).memory, {
      limit: 32 * mib,
      swap: 64 * mib,
    });
    const asked = { memory: 64 * mib, memorySwap: 128 * mib };
    assert.deepEqual((await limits({ memory: 32 * mib }, asked, had)).memory, {
      limit: 32 * mib,
      swap: 128 * mib,
    });
  });

  it('keeps what plugins have set beside it', async () => {
    const had = { memory: { limit: 64 * mib, swap: 64 * mib, reservation: 8 * mib }, cpu: { shares: 2 } };
    const now = await limits({ memory: 96 * mib }, {}, had);
    assert.deepEqual(now, {
      memory: { limit: 96 * mib, swap: 192 * mib, reservation: 8 * mib },
      cpu: { shares: 2 },
    });
  });

  it('has CPUs take the place of quota and period, and they of CPUs', async () => {
    const quota = { cpu: { quota: 10_000, period: 20_000 } };
    const request = { cpuQuota: 10_000, cpuPeriod: 20_000 };
    assert.deepEqual((await limits({ nanoCpus: 1e9 }, request, quota)).cpu, {
      quota: 100_000,
      period: 100_000,
    });
    const cpus = { cpu: { quota: 100_000, period: 100_000 } };
    assert.deepEqual((await limits({ cpuQuota: 5000 }, { nanoCpus: 1e9 }, cpus)).cpu, { quota: 5000 });
  });

  it('takes limits away for -1', async () => {
    assert.deepEqual(await limits({ pids: -1 }, { pids: 9 }, { pids: { limit: 9 } }), {});
    assert.deepEqual(await limits({ cpuQuota: -1 }, {}, { cpu: { quota: 5 } }), {});
  });

  const wrong: [string, ResourceRequest, ResourceRequest, RegExp][] = [
    [
      'memory above swap that was asked for',
      { memory: 96 * mib },
      { memory: 8 * mib, memorySwap: 64 * mib },
      /swap/,
    ],
    [
      'swap without memory',
      { memorySwap: 64 * mib },
      {},
      /^`resources\.memorySwap`: expected a memory limit beside it/,
    ],
    [
      'a reservation above memory',
      { memoryReservation: 96 * mib },
      { memory: 64 * mib },
      /at most the memory/,
    ],
    ['too little memory', { memory: mib }, {}, /at least 6m/],
    ['more CPUs than there are', { nanoCpus: 1e14 }, {}, /at most the host's/],
  ];
  for (const [what, given, had, message] of wrong)
    it(`refuses ${what}`, async () => {
      await assert.rejects(plan({ resources: given }, { request: had }), {
        code: 'PCH_OPTION_INVALID',
        message,
      });
    });

  it('refuses a restart policy for a container that is removed at its end', async () => {
    const restart = { name: 'always', maximumRetryCount: 0 } as const;
    await assert.rejects(plan({ restart }, { autoRemove: true }), { code: 'PCH_CONFLICT' });
    assert.deepEqual((await plan({ restart })).draft.restart, restart);
  });

  const house = plugin('house', ({ hooks }) => {
    hooks.container.preUpdate.tap((draft) => {
      const { memory } = draft.resources;
      if (memory?.limit && memory.limit > 64 * mib) memory.limit = 64 * mib;
    });
  });

  it('has plugins change it, and says who set what', async () => {
    const { draft, blame } = await plan({ resources: { memory: 96 * mib } }, {}, [house]);
    assert.equal(draft.resources.memory?.limit, 64 * mib);
    assert.deepEqual(
      blame
        .filter(({ field }) => field === 'resources.memory.limit')
        .map(({ plugin: who, hook, after }) => [who, hook, after]),
      [
        ['request', 'update', 96 * mib],
        ['house', 'container.preUpdate', 64 * mib],
      ],
    );
  });

  it('fails with a plugin that fails, by its name', async () => {
    const refuses = plugin('refuses', ({ hooks }) => {
      hooks.container.preUpdate.tap(() => {
        throw new Error('not on Fridays');
      });
    });
    const { code, message, plugin: who } = await rejection(plan({ resources: { pids: 9 } }, {}, [refuses]));
    assert.deepEqual([code, who], ['PCH_PLUGIN_FAILED', 'refuses']);
    assert.match(message, /not on Fridays/);
  });
});
