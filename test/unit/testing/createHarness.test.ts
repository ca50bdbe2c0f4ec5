import assert from 'node:assert/strict';
import { catalogue } from '../../../hooks/catalogue.ts';
import { definePlugin, Type } from '../../../hooks/index.ts';
import { Clock, Containers, Log, token } from '../../../hooks/index.ts';
import { createHarness, type HarnessOptions, standIn } from '../../../testing/index.ts';

const limit = definePlugin({
  name: 'limit',
  options: Type.Object({ MiB: Type.Integer({ default: 256 }) }),
  setup({ hooks, options }) {
    hooks.container.preCreate.tap((draft) => {
      draft.resources.memory ??= { limit: options.MiB * 1024 * 1024 };
    });
  },
});

const label = definePlugin({
  name: 'label',
  setup: ({ hooks }) =>
    hooks.container.spec.tap({ after: ['limit?'] }, (draft) => void (draft.labels['team'] = 'label')),
});

const counts = definePlugin({
  name: 'counts',
  inject: { containers: Containers, clock: Clock, log: Log },
  setup({ hooks, services: { containers, clock, log } }) {
    hooks.container.prestart.tap(({ container }) => {
      log.info('start', {
        of: container.name,
        beside: containers.list().length,
        at: clock.now().toISOString(),
      });
    });
    hooks.container.selectRuntime.tap((draft) => (draft.labels['vm'] === undefined ? undefined : 'runc'));
  },
});

const users = definePlugin({
  name: 'users',
  setup({ verb, route, doctorCheck, metric }) {
    const lookups = metric({ name: 'lookups_total', doc: 'Lookups.', type: 'counter' });
    verb({
      name: 'greet',
      doc: 'Greets.',
      args: Type.Object({ name: Type.String() }),
      options: Type.Object({ loud: Type.Optional(Type.Boolean()) }),
      async run({ args, options }, { out, err }) {
        await out(`hello ${args.name}${options.loud ? '!' : ''}\n`);
        await err('greeted\n');
        return 3;
      },
    });
    route({
      method: 'GET',
      path: '/users/:name',
      handle({ params, query }) {
        lookups.add();
        return { json: { name: params['name'], full: query['full'], at: new Date(0) } };
      },
    });
    route({
      method: 'POST',
      path: '/users',
      body: Type.Object({ name: Type.String() }),
      handle: ({ body }) => (body.name === 'ann' ? { status: 201, text: 'created' } : undefined),
    });
    route({
      method: 'GET',
      path: '/export',
      async handle({ stream }) {
        const write = stream({ type: 'text/csv', headers: { 'X-Rows': '2' } });
        await write('ann\n');
        await write(Buffer.from('bob\n'));
      },
    });
    doctorCheck({
      name: 'directory',
      run: () => ({ ok: false, found: 'does not respond', fix: 'start it' }),
    });
  },
});

describe('the harness for tests of plugins', () => {
  it('runs a verb: its output and its exit code', async () => {
    const harness = await createHarness(users);
    const run = await harness.verb('greet', { name: 'ann' }, { loud: true });
    assert.deepEqual(run, { exitCode: 3, stdout: 'hello ann!\n', stderr: 'greeted\n' });
    await assert.rejects(harness.verb('greet', {}), { code: 'PCH_OPTION_INVALID' });
    await assert.rejects(harness.verb('leave'), { code: 'PCH_NOT_FOUND' });
  });

  it('calls a route: status, headers and body as a client gets them', async () => {
    const harness = await createHarness(users);
    assert.deepEqual(await harness.route('GET', '/users/a%20b?full=1'), {
      status: 200,
      headers: { 'content-type': 'application/json' },
      body: { name: 'a b', full: '1', at: '1970-01-01T00:00:00.000Z' },
    });
    assert.deepEqual(await harness.route('POST', '/users', { name: 'ann' }), {
      status: 201,
      headers: { 'content-type': 'text/plain; charset=utf-8' },
      body: 'created',
    });
    assert.deepEqual(await harness.route('GET', '/export'), {
      status: 200,
      headers: { 'x-rows': '2', 'content-type': 'text/csv' },
      body: 'ann\nbob\n',
    });
    const empty = { status: 204, headers: {}, body: undefined };
    assert.deepEqual(await harness.route('POST', '/users', { name: 'bob' }), empty);
    await assert.rejects(harness.route('POST', '/users', {}), { code: 'PCH_BAD_REQUEST' });
    await assert.rejects(harness.route('GET', '/groups'), { code: 'PCH_PATH_NOT_FOUND' });
  });

  it('runs checks of doctor and shows metrics', async () => {
    const harness = await createHarness(users);
    assert.deepEqual(await harness.doctor(), [
      { plugin: 'users', name: 'directory', ok: false, found: 'does not respond', fix: 'start it' },
    ]);
    await harness.route('GET', '/users/ann');
    assert.match(await harness.metrics(), /^pouch_plugin_users_lookups_total 1$/m);
  });

  it('plans a request: the draft, the OCI spec, and who set what', async () => {
    const harness = await createHarness(limit, { options: { MiB: 64 } });
    const { draft, spec, blame } = await harness.plan({ command: ['sleep', '1'] });
    assert.deepEqual(draft.resources.memory, { limit: 64 * 1024 * 1024 });
    assert.equal(spec.linux?.resources?.memory?.limit, 64 * 1024 * 1024);
    assert.deepEqual(spec.process?.args, ['sleep', '1']);
    const own = blame.filter(({ plugin }) => plugin === 'limit').map(({ field }) => field);
    assert.deepEqual(own, ['resources.memory.limit']);
    await harness.dispose();
  });

  it('plans effects of the host, and refuses those that no container could have', async () => {
    const runs = (args: Record<string, unknown>) =>
      definePlugin({
        name: 'runs',
        setup: ({ hooks }) =>
          hooks.container.preCreate.tap((draft) => {
            draft.effects['runs.agent'] = { kind: 'host.process', stage: 'start', args };
          }),
      });
    const harness = await createHarness(runs({ name: 'agent', argv: ['/usr/bin/agent'] }));
    const { effects } = await harness.plan({});
    const own = effects.find(({ key }) => key === 'runs.agent');
    assert.deepEqual(own?.args, { name: 'agent', argv: ['/usr/bin/agent'] });
    await harness.dispose();
    const wrong = await createHarness(runs({ name: 'agent', argv: ['agent'] }));
    await assert.rejects(wrong.plan({}), { code: 'PCH_PLAN_INVALID', plugin: 'runs' });
    await wrong.dispose();
  });

  it('plans the same twice: the plan does not depend on the host', async () => {
    const plans = await Promise.all(
      [1, 2].map(async () => (await (await createHarness(limit)).plan({ image: 'busybox' })).spec),
    );
    assert.deepEqual(plans[0], plans[1]);
  });

  it('has images that the test makes up', async () => {
    const images = {
      debian: { config: { Cmd: ['bash'], User: 'app' }, files: { '/etc/passwd': 'app:x:7:8::/:/bin/sh\n' } },
    };
    const { spec } = await (await createHarness(limit, { images })).plan({ image: 'debian' });
    assert.deepEqual([spec.process?.args, spec.process?.user.uid], [['bash'], 7]);
    await assert.rejects((await createHarness(limit, { images })).plan(), { code: 'PCH_IMAGE_NOT_FOUND' });
  });

  it('shows conflicts with neighbours', async () => {
    const other = definePlugin({
      name: 'other',
      setup: ({ hooks }) => hooks.container.preCreate.tap((draft) => void (draft.labels['team'] = 'other')),
    });
    const harness = await createHarness(label, { neighbours: [other] });
    await assert.rejects(harness.plan(), { code: 'PCH_PLUGIN_CONFLICT', plugin: 'label' });
  });

  it('survives a neighbour that fails, as pouchd does', async () => {
    const failing = definePlugin({
      name: 'failing',
      setup: ({ hooks }) =>
        hooks.container.preCreate.tap({ onError: 'degrade' }, () => {
          throw new Error('no database');
        }),
    });
    const { draft, degraded } = await (await createHarness(label, { neighbours: [failing] })).plan();
    assert.equal(draft.labels['team'], 'label');
    assert.deepEqual(
      degraded.map(({ plugin }) => plugin),
      ['failing'],
    );
  });

  it('calls apply and bail points with services, a clock and a log of the test', async () => {
    const harness = await createHarness(counts, { services: { containers: { list: () => [] } } });
    const container = await harness.container({ labels: { vm: 'yes' } }, { name: 'web' });
    harness.clock.advance(60_000);
    await harness.call(catalogue.container.prestart, { container, netns: '' });
    const [line] = harness.log.lines.filter(({ message }) => message === 'start');
    assert.deepEqual(
      [line?.fields['of'], line?.fields['beside'], line?.fields['at']],
      ['web', 0, '2000-01-01T00:01:00.000Z'],
    );
    assert.equal(await harness.call(catalogue.container.selectRuntime, container.draft), 'runc');
  });

  it('says which method of a service the test lacks', async () => {
    const harness = await createHarness(counts);
    const container = await harness.container();
    await assert.rejects(harness.call(catalogue.container.prestart, { container, netns: '' }), {
      message: /the test calls containers\.list, which it does not provide/,
      hint: 'give the harness services: { containers: { list: … } }',
    });
  });

  it('replaces services that plugins provide, with a provider or without one', async () => {
    const Quotas = token<{ ofTeam(team: string): number; reload(): void }>('quotas.quotas');
    const uses = definePlugin({
      name: 'uses',
      inject: { quotas: Quotas },
      setup: ({ hooks, services: { quotas } }) =>
        hooks.container.preCreate.tap((draft) => {
          if (draft.labels['reload'] !== undefined) quotas.reload();
          draft.resources.pids = { limit: quotas.ofTeam('web') };
        }),
    });
    const quotas = definePlugin({
      name: 'quotas',
      version: '1.0.0',
      provides: { quotas: Quotas },
      setup: ({ provide }) => provide({ quotas: { ofTeam: () => 10, reload: () => undefined } }),
    });
    const pidsWith = async (options: HarnessOptions) =>
      (await (await createHarness(uses, options)).plan()).draft.resources.pids?.limit;
    const provided = [standIn(Quotas, { ofTeam: () => 20 })];
    assert.equal(await pidsWith({ neighbours: [quotas] }), 10);
    assert.equal(await pidsWith({ neighbours: [quotas], provided }), 20);
    assert.equal(await pidsWith({ provided }), 20);
    await assert.rejects(createHarness(uses), {
      message: /injects the service quotas\.quotas, which no plugin/,
    });
    const harness = await createHarness(uses, { provided });
    await assert.rejects(harness.plan({ labels: { reload: '' } }), {
      message: /the test calls quotas\.quotas\.reload, which it does not provide/,
      hint: 'give the harness standIn(quotas.quotas, { reload: … })',
    });
  });

  it('refuses a plugin that does not load, with its reason', async () => {
    const broken = definePlugin({
      name: 'broken',
      setup() {
        throw new Error('no licence');
      },
    });
    await assert.rejects(createHarness(broken), { message: /plugin broken: .*no licence/ });
    await assert.rejects(createHarness(limit, { options: { MB: 1 } }), { message: /plugin limit: .*MB/ });
  });

  it('renders a console page, and checks what it returns as pouchd does', async () => {
    const plugin = definePlugin({
      name: 'with-page',
      inject: { containers: Containers },
      setup({ page, services: { containers } }) {
        page({
          name: 'count',
          title: 'Count',
          doc: 'Counts containers.',
          render: ({ query }) =>
            query['bad'] === undefined
              ? { blocks: [{ kind: 'text', text: `${containers.list().length} of ${query['of']}` }] }
              : ({ blocks: '<b>' } as never),
        });
      },
    });
    const harness = await createHarness(plugin, { services: { containers: { list: () => [] } } });
    const { title, blocks } = await harness.page('count', { of: '5' });
    assert.deepEqual([title, blocks], ['Count', [{ kind: 'text', text: '0 of 5' }]]);
    await assert.rejects(harness.page('count', { bad: '1' }), {
      code: 'PCH_PLUGIN_CONTRACT',
      plugin: 'with-page',
    });
    await assert.rejects(harness.page('other'), { message: 'plugin with-page has no page other' });
    await harness.dispose();
  });
});
