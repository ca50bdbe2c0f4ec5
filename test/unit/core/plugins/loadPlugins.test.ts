import assert from 'node:assert/strict';
import { catalogue } from '../../../../hooks/catalogue.ts';
import type { Plugin, Surface } from '../../../../hooks/index.ts';
import { definePlugin } from '../../../../hooks/definePlugin.ts';
import { PouchError } from '../../../../hooks/errors.ts';
import type { EffectKind } from '../../../../hooks/effectKind.ts';
import { Type } from '../../../../hooks/index.ts';
import { allFeaturesBut } from '../../../../hooks/runtimeFeatures.ts';
import type { RuntimeProvider } from '../../../../hooks/runtime.ts';
import { token } from '../../../../hooks/token.ts';
import { makeDraft } from './support/draft.ts';
import { host } from './support/host.ts';
import { entry, load, plugin, rejection } from './support/load.ts';

const { preCreate } = catalogue.container;
const good = plugin('good', ({ hooks }) => hooks.container.preCreate.tap((d) => void (d.labels.good = '1')));

const kind = (name: string): EffectKind => ({
  kind: name,
  describe: () => '',
  apply: async () => undefined,
  undo: async () => {},
});
const runtime = (name: string, aliases: string[] = []): RuntimeProvider => ({
  name,
  aliases,
  capabilities: allFeaturesBut({}),
  containerdType: 'io.containerd.runc.v2',
  probe: async () => ({ usable: true, path: '', version: '' }),
  options: async () => ({ binaryName: name }),
});
const surface = (name: string): Surface => ({ name, start: async () => {}, stop: async () => {} });

describe('loading plugins', () => {
  it('measures the setup of each plugin by itself, and waits for none that waits', async () => {
    const begun: string[] = [];
    const spins = plugin('spins', () => {
      const until = performance.now() + 50;
      while (performance.now() < until);
    });
    const waits = (name: string) =>
      plugin(name, async () => {
        begun.push(name);
        await new Promise<void>((done) => {
          const wait = () => (begun.length === 2 ? done() : setImmediate(wait));
          wait();
        });
      });
    const { generation } = await load([plugin('quick', () => {}), spins, good, waits('one'), waits('two')]);
    const ms = (name: string) => generation.versions.get(name)?.loadMs ?? NaN;
    assert.ok(ms('spins') >= 50, String(ms('spins')));
    for (const name of ['quick', 'good']) assert.ok(ms(name) < 50, `${name} ${ms(name)}`);
    assert.deepEqual(
      generation.plugins.map(({ state }) => state),
      ['active', 'active', 'active', 'active', 'active'],
    );
  });

  it('gives setup its options, host, log and hooks, and collects what it contributes', async () => {
    const api = surface('api');
    const rich = definePlugin({
      name: 'rich',
      options: Type.Object({ size: Type.Integer({ default: 7 }) }),
      async setup(context) {
        await new Promise((resolve) => setImmediate(resolve));
        assert.equal(context.options.size, 7);
        assert.equal(context.host, host);
        context.log.info('hello');
        context.effect(kind('rich.file'));
        context.runtime(runtime('crun', ['fast']));
        context.surface(api);
        context.hooks.daemon.ready.tap(() => {});
      },
    });
    const { generation, log } = await load([rich]);
    assert.deepEqual(generation.plugins, [
      {
        name: 'rich',
        source: 'built-in',
        isolation: 'in-process',
        state: 'active',
        hooks: ['daemon.ready'],
        contributes: { effect: ['rich.file'], runtime: ['crun', 'fast'], surface: ['api'] },
      },
    ]);
    assert.deepEqual([...generation.effectKinds.keys()], ['rich.file']);
    assert.deepEqual([...generation.runtimes.keys()], ['crun', 'fast']);
    assert.deepEqual(
      generation.surfaces.map(({ plugin: owner, surface: { name } }) => [owner, name]),
      [['rich', 'api']],
    );
    assert.deepEqual(log.lines[0]?.fields, { plugin: 'rich' });
  });

  it('puts the plugin’s name on the errors of what it contributes', async () => {
    const broken = async () => Promise.reject(new Error('no'));
    const { generation } = await load([
      plugin('bad', (c) => {
        c.effect({ ...kind('x'), apply: broken });
        c.runtime({ ...runtime('y'), options: broken });
        c.surface({ ...surface('z'), start: broken });
      }),
    ]);
    const context = {
      container: '',
      key: '',
      resultOf: () => undefined,
      signal: new AbortController().signal,
    };
    for (const call of [
      generation.effectKinds.get('x')?.apply({}, context),
      generation.runtimes.get('y')?.options({} as never),
      generation.surfaces[0]?.surface.start({} as never, () => {}),
    ]) {
      const error = await rejection(call ?? Promise.resolve());
      assert.deepEqual([error.code, error.plugin, error.message], ['PCH_PLUGIN_FAILED', 'bad', 'no']);
    }
  });

  it('leaves out a disabled plugin', async () => {
    const { generation, runner, log } = await load([good], {
      entries: [entry({ name: 'good', enabled: false })],
    });
    assert.equal(generation.plugins[0]?.state, 'disabled');
    assert.deepEqual((await runner.plan(preCreate, makeDraft(), { log })).degraded, []);
  });
});

describe('a plugin that cannot be loaded is quarantined and named, and the rest works:', () => {
  const untyped = (setup: (context: never) => void, more: object = {}): Plugin => ({
    name: 'bad',
    setup,
    ...more,
  });
  const contributes = (call: (context: Parameters<Plugin['setup']>[0]) => void) => plugin('bad', call);
  const cases: [string, Plugin, RegExp][] = [
    [
      'one whose setup throws',
      untyped(() => {
        throw new Error('no database');
      }),
      /setup of plugin bad failed: no database/,
    ],
    [
      'one whose setup rejects',
      plugin('bad', async () => Promise.reject(new Error('later'))),
      /failed: later/,
    ],
    [
      'one whose setup hangs',
      plugin('bad', async () => new Promise(() => {})),
      /setup of plugin bad did not end within 50 ms/,
    ],
    [
      'one that wants an unknown hook',
      untyped((c: { hooks: { container: Record<string, { tap(run: () => void): void }> } }) =>
        c.hooks.container.nope?.tap(() => {}),
      ),
      /plugin bad wants the hook container\.nope, which does not exist \(there are container\.preCreate, /,
    ],
    [
      'one that wants a misspelt hook',
      untyped((c: { hooks: { container: Record<string, { tap(run: () => void): void }> } }) =>
        c.hooks.container.precreate?.tap(() => {}),
      ),
      /wants the hook container\.precreate.*did you mean container\.preCreate/,
    ],
    [
      'one that wants an unknown family',
      untyped((c: { hooks: Record<string, Record<string, { tap(run: () => void): void }>> }) =>
        c.hooks.pod?.preCreate?.tap(() => {}),
      ),
      /wants the hook pod, which does not exist \(there are container, daemon, /,
    ],
    [
      'one with an unknown tap option',
      untyped((c: { hooks: { container: { preCreate: { tap(o: object, run: () => void): void } } } }) =>
        c.hooks.container.preCreate.tap({ stage: 3 }, () => {}),
      ),
      /unknown option stage/,
    ],
    [
      'one with a tap without a function',
      untyped((c: { hooks: { container: { preCreate: { tap(o: object): void } } } }) =>
        c.hooks.container.preCreate.tap({}),
      ),
      /taps container\.preCreate without a function/,
    ],
    [
      'one with a bad policy',
      contributes((c) => c.hooks.container.preCreate.tap({ onError: { retry: 0 } }, () => {})),
      /invalid option: `onError` must be 'fail', /,
    ],
    [
      'one with a misspelt field',
      { name: 'bad', setUp: () => {}, setup: () => {} } as unknown as Plugin,
      /unknown field `setUp`; did you mean setup/,
    ],
    ['one without a setup', { name: 'bad' } as unknown as Plugin, /`setup` must be a function/],
    [
      'one with a bad name',
      untyped(() => {}, { name: 'Bad Name' }),
      /`name` must be at most 63 lower-case letters/,
    ],
    [
      'one whose options are no schema',
      untyped(() => {}, { options: 'none' }),
      /`options` must be an object schema/,
    ],
    [
      'one with a broken schema',
      untyped(() => {}, { options: { type: 'object', properties: { a: { type: 'strnig' } } } }),
      /schema of plugin bad is bad/,
    ],
    [
      'one that injects an unknown service',
      untyped(() => {}, { inject: { nets: token('networks') } }),
      /plugin bad injects the service networks, which no plugin provides \(.*the engine has builds, checkpoints, clock, /,
    ],
    [
      'one that injects what is not a token',
      untyped(() => {}, { inject: { containers: undefined } }),
      /`inject` must be an object of tokens: .*; found undefined as `containers`/,
    ],
    [
      'one whose inject is a list',
      untyped(() => {}, { inject: 'containers' }),
      /`inject` must be an object of tokens: write \{ containers: Containers, /,
    ],
    [
      'one that lists an unknown hook',
      untyped(() => {}, { hooks: ['container.nope'] }),
      /`hooks` must be a list of hook names; found "container\.nope"/,
    ],
    [
      'one that taps what it does not list',
      untyped((c: Parameters<Plugin['setup']>[0]) => c.hooks.container.spec.tap(() => {}), {
        hooks: ['container.preCreate'],
      }),
      /taps container\.spec, which its `hooks` do not list/,
    ],
    [
      'one with half an effect kind',
      untyped((c: { effect(kind: object): void }) => c.effect({ kind: 'x' })),
      /an invalid effect kind: `describe` must be a function/,
    ],
    [
      'one that takes the core’s effect kind',
      contributes((c) => c.effect(kind('snapshot'))),
      /effect kind snapshot is contributed by the core and by plugin bad/,
    ],
    [
      'one that takes another’s runtime',
      contributes((c) => c.runtime(runtime('mine', ['runc']))),
      /runtime runc is contributed by plugin first and by plugin bad/,
    ],
    [
      'one that takes another’s surface',
      contributes((c) => c.surface(surface('api'))),
      /surface api is contributed by plugin first/,
    ],
    [
      'one that has its name twice',
      contributes((c) => [c.runtime(runtime('a')), c.runtime(runtime('a'))]),
      /runtime a is contributed by plugin bad and by plugin bad/,
    ],
  ];
  for (const [what, bad, message] of cases) {
    it(what, async () => {
      const first = plugin('first', (c) => {
        c.runtime(runtime('runc'));
        c.surface(surface('api'));
      });
      const { generation, runner, log } = await load([first, bad, good], {
        timeoutMs: 50,
        reserved: { effect: ['snapshot'] },
      });
      assert.deepEqual(
        generation.plugins.map(({ state }) => state),
        ['active', 'quarantined', 'active'],
      );
      assert.match(generation.plugins[1]?.error ?? '', message);
      assert.ok(log.lines.some((line) => line.level === 'error' && /is quarantined/.test(line.message)));
      const { draft } = await runner.plan(preCreate, makeDraft(), { log });
      assert.equal(draft.labels.good, '1');
    });
  }

  it('one of the same name as another', async () => {
    const { generation } = await load([good, plugin('good', () => {})]);
    assert.deepEqual(
      generation.plugins.map(({ state }) => state),
      ['active', 'quarantined'],
    );
    assert.match(
      generation.plugins[1]?.error ?? '',
      /the plugin name good belongs to built-in and to built-in/,
    );
  });

  it('one that the configuration names and nobody has', async () => {
    const { generation } = await load([good], {
      entries: [entry({ name: 'godo' }), entry({ name: 'goood' })],
    });
    assert.match(
      generation.plugins[2]?.error ?? '',
      /no built-in or installed plugin is named goood \(did you mean good\?\)/,
    );
  });

  it('a built-in one whose entry has fields of a process', async () => {
    const { generation } = await load([good], {
      entries: [entry({ name: 'good', grants: { secrets: true } })],
    });
    assert.match(
      generation.plugins[0]?.error ?? '',
      /grants: expected a plugin with a process of its own, found the built-in plugin good/,
    );
  });

  for (const [engines, error] of [
    [{ pouch: '>=0.0.1' }, /^undefined$/],
    [{ pouch: '^99.0.0' }, /plugin picky needs Pouch \^99\.0\.0, and this is \d/],
    [{ pouch: 'new' }, /a range of versions of Pouch/],
    [{ node: '20' }, /a range of versions of Pouch/],
  ] as const)
    it(`one with the engines ${JSON.stringify(engines)} is judged by them`, async () => {
      const picky = { ...plugin('picky', () => {}), engines } as unknown as Plugin;
      const { generation } = await load([picky]);
      assert.match(String(generation.plugins[0]?.error), error);
    });

  it('and none of its contributions take effect', async () => {
    const { generation, runner, log } = await load([
      plugin('bad', ({ hooks, effect, runtime: provide }) => {
        hooks.container.preCreate.tap((d) => void (d.labels.bad = '1'));
        effect(kind('x'));
        provide(runtime('x'));
        throw new Error('at last');
      }),
    ]);
    assert.deepEqual([generation.effectKinds.size, generation.runtimes.size], [0, 0]);
    assert.deepEqual((await runner.plan(preCreate, makeDraft(), { log })).draft.labels, {});
  });

  it('and what it has started is cleaned up at once', async () => {
    let cleaned = false;
    await load([
      plugin('bad', ({ onDispose }) => {
        onDispose(() => void (cleaned = true));
        throw new Error('no');
      }),
    ]);
    assert.equal(cleaned, true);
  });

  it('and what it contributes after its deadline is refused', async () => {
    let late: Promise<unknown> = Promise.resolve();
    await load(
      [
        plugin('bad', async ({ effect }) => {
          late = new Promise((resolve) => setTimeout(resolve, 30)).then(() => effect(kind('x')));
          late.catch(() => {});
          await new Promise(() => {});
        }),
      ],
      { timeoutMs: 10 },
    );
    assert.match((await rejection(late)).message, /contributes an effect kind after its setup has ended/);
  });
});

describe('options of a plugin', () => {
  const schema = Type.Object({
    port: Type.Integer(),
    mode: Type.Optional(Type.String({ pattern: '^(a|b)$' })),
    peers: Type.Optional(Type.Record(Type.String(), Type.String())),
  });
  const strict = definePlugin({ name: 'strict', options: schema, setup() {} });
  const errorOf = async (options: Record<string, unknown>, plugins: Plugin[] = [strict]) => {
    const { generation } = await load(plugins, {
      entries: [entry({ name: plugins[0]?.name ?? '', options })],
      locate: (pointer) => `pouchd.yaml:${pointer}`,
    });
    return generation.plugins[0]?.error ?? '';
  };

  it('are all reported at once, each with its line, and none with its value', async () => {
    const error = await errorOf({ port: 's3cret', mode: 's3cret', peers: { x: 1 }, porrt: 1 });
    assert.match(
      error,
      /pouchd\.yaml:\/plugins\/0\/options\/port: options\.port must be integer, found string/,
    );
    assert.match(error, /options\/mode: options\.mode must match pattern/);
    assert.match(error, /options\/peers\/x: options\.peers\.x must be string, found number/);
    assert.match(error, /options\/porrt: options\.porrt is unknown \(did you mean port\?\)/);
    assert.doesNotMatch(error, /s3cret/);
  });

  it('are reported when one is missing', async () => {
    assert.match(await errorOf({}), /options must have required property 'port'/);
  });

  it('are refused by a plugin that takes none', async () => {
    assert.match(
      await errorOf({ x: 1 }, [plugin('none', () => {})]),
      /options\.x is unknown \(it takes no options\)/,
    );
  });

  it('are a copy: a plugin that changes its options changes no configuration', async () => {
    const options = Object.freeze({ port: 1, peers: Object.freeze({}) });
    const changing = definePlugin({
      name: 'changing',
      options: schema,
      setup: (context) => void (context.options.peers = { a: 'b' }),
    });
    assert.equal(await errorOf(options, [changing]), '');
    assert.deepEqual(options.peers, {});
  });
});

describe('a container while a plugin is quarantined', () => {
  const bad = plugin('bad', () => {
    throw new Error('broken');
  });
  const planWith = async (plugins: Plugin[], onError?: 'fail' | 'skip' | 'degrade') => {
    const entries = onError ? [entry({ name: plugins[0]?.name ?? '', onError })] : [];
    const { runner, log } = await load(plugins, { entries });
    return runner.plan(preCreate, makeDraft(), { log });
  };

  it('is degraded and says so', async () => {
    assert.deepEqual((await planWith([bad])).degraded, [
      {
        plugin: 'bad',
        hook: 'container.preCreate',
        message: 'quarantined: setup of plugin bad failed: broken',
      },
    ]);
  });

  it('is not made with onError: fail', async () => {
    const error = await rejection(planWith([bad], 'fail'));
    assert.deepEqual([error.code, error.plugin], ['PCH_PLUGIN_QUARANTINED', 'bad']);
    assert.match(error.message, /no container is made without plugin bad .*broken/);
  });

  it('is as it should be with onError: skip, or if the plugin has nothing to do with containers', async () => {
    assert.deepEqual((await planWith([bad], 'skip')).degraded, []);
    assert.deepEqual((await planWith([{ ...bad, hooks: ['daemon.ready'] }])).degraded, []);
  });
});

describe('a reload with a plugin that cannot be loaded', () => {
  const disposed: string[] = [];
  const labels = (name: string, version: string): Plugin =>
    plugin(name, ({ hooks, onDispose }) => {
      hooks.container.preCreate.tap((draft) => void (draft.labels[name] = version));
      onDispose(() => void disposed.push(`${name} ${version}`));
    });
  const broken = (name: string) =>
    plugin(name, () => {
      throw new Error('no database');
    });
  beforeEach(() => void disposed.splice(0));

  it('serves its previous version, and says why, until a good one is loaded', async () => {
    const { generation: first } = await load([labels('a', '1'), labels('b', '1')]);
    const {
      generation: second,
      runner,
      log,
    } = await load([broken('a'), labels('b', '2')], {
      number: 2,
      previous: first,
      entries: [entry({ name: 'a', onError: 'fail' })],
    });
    await first.dispose();
    const status = second.plugins.find(({ name }) => name === 'a');
    assert.equal(status?.state, 'active');
    assert.equal(status.error, 'serves the version of generation 1: setup of plugin a failed: no database');
    assert.ok(
      log.lines.some(({ message }) => message === 'plugin a still serves the version of generation 1'),
    );
    const { draft, degraded } = await runner.plan(preCreate, makeDraft(), { log });
    assert.deepEqual([draft.labels, degraded], [{ a: '1', b: '2' }, []]);
    assert.deepEqual(disposed, ['b 1']);

    const { generation: third } = await load([broken('a'), labels('b', '3')], {
      number: 3,
      previous: second,
    });
    await second.dispose();
    assert.match(third.plugins[0]?.error ?? '', /serves the version of generation 1/);
    const { generation: fourth } = await load([labels('a', '4')], { number: 4, previous: third });
    await third.dispose();
    assert.equal(fourth.plugins[0]?.error, undefined);
    assert.deepEqual(disposed, ['b 1', 'b 2', 'b 3', 'a 1']);
  });

  it('says how to bind an address that its previous version holds', async () => {
    const taken = () => Promise.reject(Object.assign(new Error('listen EADDRINUSE'), { code: 'EADDRINUSE' }));
    const { generation } = await load([plugin('web', taken)]);
    assert.match(generation.plugins[0]?.error ?? '', /EADDRINUSE \(bind it in the `start` of a surface/);
  });

  it('a failure of a surface costs that plugin alone', async () => {
    const talks = (version: string): Plugin =>
      plugin('talks', ({ surface: add, onDispose }) => {
        add(surface(`talks ${version}`));
        onDispose(() => void disposed.push(`talks ${version}`));
      });
    const failure = new Map([['talks', new PouchError('PCH_PLUGIN_FAILED', 'no voice')]]);
    const { generation: first } = await load([labels('a', '1'), talks('1')]);
    const { generation: second } = await load([labels('a', '2'), talks('2')], { number: 2, previous: first });
    const third = second.without(failure);
    await second.dispose();
    await first.dispose();
    assert.deepEqual(disposed, ['talks 2', 'a 1']);
    assert.deepEqual(
      third.surfaces.map(({ surface: { name } }) => name),
      ['talks 1'],
    );
    const fourth = third.without(failure);
    await third.dispose();
    assert.deepEqual(
      fourth.plugins.map(({ state, error }) => [state, error]),
      [
        ['active', undefined],
        ['quarantined', 'no voice'],
      ],
    );
    assert.deepEqual(disposed, ['talks 2', 'a 1', 'talks 1']);
  });
});
