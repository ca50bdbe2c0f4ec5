import assert from 'node:assert/strict';
import { asCaller, type Caller } from '../../../../hooks/caller.ts';
import { catalogue } from '../../../../hooks/catalogue.ts';
import type { ExecDraft } from '../../../../hooks/draft.ts';
import { definePlugin } from '../../../../hooks/index.ts';
import type { ContainerRequest } from '../../../../hooks/request.ts';
import type { PluginEntry } from '../../../../config/types.ts';
import { FieldOwners } from '../../../../core/plugins/index.ts';
import policy from '../../../../plugins/policy/index.ts';
import { createHarness, type HarnessOptions } from '../../../../testing/index.ts';

import { makeDraft } from '../../core/plugins/support/draft.ts';
import { entry, load } from '../../core/plugins/support/load.ts';

type Rule = Record<string, unknown>;

const root: Caller = { transport: 'unix', uid: 0, gid: 0, pid: 1 };
const id = `sha256:${'1'.repeat(64)}`;

async function harness(rule: Rule, more: Partial<HarnessOptions> = {}) {
  return await createHarness(policy, { options: { rules: [{ name: 'ours', ...rule }] }, ...more });
}

async function planned(rule: Rule, request: Partial<ContainerRequest>, caller = root) {
  const { plan } = await harness(rule);
  return await asCaller(
    () => caller,
    () => plan(request),
  );
}

/** A rule, a request that breaks it, the words of the refusal, and a request that meets it. */
const cases: [what: string, Rule, Partial<ContainerRequest>, RegExp, Partial<ContainerRequest>][] = [
  ['privileged', { privileged: false }, { privileged: true }, /found a privileged one/, {}],
  [
    'namespaces of the host',
    { hostNamespaces: ['network'] },
    { pidMode: 'host' },
    /found the host’s: pid/,
    { network: { mode: 'host' } },
  ],
  [
    'an image',
    { images: ['registry.example/*'] },
    {},
    /matches registry\.example\/\*, found docker\.io/,
    undefined!,
  ],
  [
    'a bind mount',
    { mounts: ['/srv/data'] },
    { volumes: [{ kind: 'bind', source: '/srv/database', destination: '/in' }] },
    /from \/srv\/data, found \/srv\/database/,
    { volumes: [{ kind: 'bind', source: '/srv/data/a', destination: '/in' }] },
  ],
  [
    'a directory of the host where only volumes are allowed',
    { mounts: [] },
    { volumes: [{ kind: 'bind', source: '/etc', destination: '/in' }] },
    /of volumes only, found \/etc/,
    { volumes: [{ kind: 'volume', source: 'data', destination: '/in' }] },
  ],
  [
    'capabilities',
    { capabilities: ['CHOWN', 'CAP_KILL'] },
    { capDrop: ['ALL'], capAdd: ['CHOWN', 'NET_ADMIN'] },
    /but CAP_CHOWN, CAP_KILL, found CAP_NET_ADMIN/,
    { capDrop: ['ALL'], capAdd: ['CHOWN'] },
  ],
  ['root', { root: 'never' }, {}, /another user than root/, { user: 'nobody' }],
  ['root without a user namespace', { root: 'userns' }, {}, /users of its own/, { usernsMode: 'auto' }],
  [
    'limits',
    { limits: ['memory', 'pids'] },
    { resources: { memory: 1 << 30 } },
    /limits for memory, pids, found none for pids/,
    { resources: { memory: 1 << 30, pids: 100 } },
  ],
];

describe('the plugin policy', () => {
  for (const [what, rule, breaks, message, meets] of cases)
    it(`refuses ${what}, says what to change, and accepts what the rule allows`, async () => {
      await assert.rejects(planned(rule, breaks), (error: Record<string, unknown>) => {
        assert.deepEqual([error['code'], error['status']], ['PCH_POLICY_DENIED', 403]);
        assert.deepEqual([error['plugin'], error['hook']], ['policy', 'container.validate']);
        assert.match(String(error['message']), /^rule ours: /);
        assert.match(String(error['message']), message);
        return true;
      });
      if (meets) await planned(rule, meets);
    });

  it('accepts images by pattern and by id', async () => {
    for (const pattern of ['docker.io/library/*', '*:latest', id])
      await planned({ images: ['x', pattern] }, {});
  });

  it('sees what other plugins have made of the container', async () => {
    const adds = definePlugin({
      name: 'adds',
      setup: ({ hooks }) =>
        hooks.container.spec.tap({ phase: 'late' }, (draft) => void (draft.process.privileged = true)),
    });
    const { plan } = await harness({ privileged: false }, { neighbours: [adds] });
    await assert.rejects(plan(), { code: 'PCH_POLICY_DENIED' });
  });

  it('does not bind the callers that a rule excepts', async () => {
    const rule = { privileged: false, except: { uids: [0], gids: [50], certificates: ['ops'] } };
    const callers: Caller[] = [
      root,
      { transport: 'unix', uid: 5, gid: 50 },
      { transport: 'tcp', certificate: 'ops' },
    ];
    for (const caller of callers) await planned(rule, { privileged: true }, caller);
    const others: Caller[] = [
      { transport: 'unix', uid: 5, gid: 5 },
      { transport: 'tcp' },
      { transport: 'pouchd' },
    ];
    for (const caller of others)
      await assert.rejects(planned(rule, { privileged: true }, caller), { code: 'PCH_POLICY_DENIED' });
  });

  it('prefers the hint of the rule', async () => {
    await assert.rejects(planned({ privileged: false, hint: 'ask ops' }, { privileged: true }), {
      hint: 'ask ops',
    });
  });

  it('binds execs and updates too', async () => {
    const exec: ExecDraft = {
      container: 'c',
      args: ['id'],
      env: {},
      cwd: '/',
      user: '',
      tty: false,
      privileged: false,
      capabilities: {},
    };
    const { call } = await harness({
      privileged: false,
      root: 'never',
      capabilities: [],
      limits: ['memory'],
    });
    const preExec = (changes: Partial<ExecDraft>) =>
      call(catalogue.container.preExec, { ...exec, ...changes });
    await preExec({});
    for (const changes of [
      { privileged: true },
      { user: 'root' },
      { user: '0:0' },
      { capabilities: { CAP_KILL: true } },
    ] as const)
      await assert.rejects(preExec(changes), { code: 'PCH_POLICY_DENIED', plugin: 'policy' });
    const named = { labels: {}, annotations: {}, process: { env: {} } };
    const update = { container: 'c', restart: { name: 'no', maximumRetryCount: 0 } as const, ...named };
    await call(catalogue.container.preUpdate, { ...update, resources: { memory: { limit: 1 << 30 } } });
    await assert.rejects(call(catalogue.container.preUpdate, { ...update, resources: {} }), {
      code: 'PCH_POLICY_DENIED',
    });
  });

  it('binds new volumes that are directories of the host', async () => {
    const { call } = await harness({ mounts: ['/srv/data'], except: { uids: [0] } });
    const create = (options: Record<string, string>, caller: Caller, driver = 'local') =>
      asCaller(
        () => caller,
        () => call(catalogue.volume.preCreate, { name: 'v', anonymous: false, labels: {}, driver, options }),
      );
    const user: Caller = { transport: 'unix', uid: 5, gid: 5 };
    const bind = (device: string) => ({ type: 'none', o: 'ro,bind', device });
    await create(bind('/srv/data/a'), user);
    await create(bind('/etc'), root);
    await create(bind('/etc'), user, 'other');
    await create({ type: 'tmpfs', o: 'size=1m' }, user);
    for (const device of ['/etc', '/srv/database'])
      await assert.rejects(create(bind(device), user), { code: 'PCH_POLICY_DENIED', plugin: 'policy' });
  });

  it('that is quarantined lets no container be made, unless the configuration says so', async () => {
    const broken = { name: policy.name, options: { rules: [{ privileged: false }] } };
    const makeOne = async (more: Partial<PluginEntry>) => {
      const { runner, log } = await load([policy], { entries: [entry({ ...broken, ...more })] });
      return runner.plan(catalogue.container.preCreate, makeDraft(), { log, fieldOwners: new FieldOwners() });
    };
    await assert.rejects(makeOne({}), { code: 'PCH_PLUGIN_QUARANTINED', plugin: 'policy' });
    assert.equal((await makeOne({ onError: 'degrade' })).degraded.length, 1);
    assert.equal((await makeOne({ onError: 'skip' })).degraded.length, 0);
  });

  it('refuses a rule that it does not know', async () => {
    await assert.rejects(harness({ priviledged: false }), /priviledged/);
  });
});
