import assert from 'node:assert/strict';
import { containerWith, loadPlugins } from '../../../../core/plugins/index.ts';
import { systemClock } from '../../../../core/systemClock.ts';
import { catalogue } from '../../../../hooks/catalogue.ts';
import { Clock, definePlugin, optional, PouchError, token, versioned } from '../../../../hooks/index.ts';
import type { Plugin } from '../../../../hooks/index.ts';
import { TestLog } from '../../../../testing/TestLog.ts';
import { inProcessFiles } from '../files/inProcessFiles.ts';
import { makeDraft } from './support/draft.ts';
import { host } from './support/host.ts';
import { entry, load, rejection } from './support/load.ts';

interface Users {
  emailOf(name: string): string;
}
const Users = token<Users>('directory.users');

interface Groups {
  of(name: string): Promise<string>;
}
const Groups = token<Groups>('groups.groups');

const { preCreate } = catalogue.container;

function directory(
  emailOf: Users['emailOf'] = (name) => `${name}@corp.example`,
  changes: Partial<Plugin> = {},
) {
  return {
    ...definePlugin({
      name: 'directory',
      version: '1.4.0',
      provides: { users: Users },
      setup: ({ provide }) => provide({ users: Object.freeze({ emailOf }) }),
    }),
    ...changes,
  } as Plugin;
}

/** Labels a container with the address of its owner. */
const mail = definePlugin({
  name: 'mail',
  inject: { users: versioned(Users, '^1.2') },
  setup: ({ hooks, services: { users } }) =>
    hooks.container.preCreate.tap((draft) => void (draft.labels.mail = users.emailOf('ann'))),
});

async function statesOf(plugins: Plugin[], entries = plugins.map(({ name }) => entry({ name }))) {
  const { generation } = await load(plugins, { entries });
  return Object.fromEntries(generation.plugins.map(({ name, state, error }) => [name, error ?? state]));
}

describe('a service that a plugin provides', () => {
  it('is injected into another plugin, which is set up after it', async () => {
    const { runner, log } = await load([mail, directory()]);
    assert.equal((await runner.plan(preCreate, makeDraft(), { log })).draft.labels.mail, 'ann@corp.example');
  });

  it('may give its methods deadlines, and only those', async () => {
    const provider = (deadlinesMs: object) =>
      directory(undefined, {
        setup: ({ provide }) => provide({ users: { emailOf: () => '' } }, { deadlinesMs }),
      });
    const { generation } = await load([provider({ users: { emailOf: 60_000 } })]);
    assert.deepEqual(generation.versions.get('directory')?.contributions?.deadlinesMs, {
      users: { emailOf: 60_000 },
    });
    const cases: [deadlines: object, error: RegExp][] = [
      [{ users: { emailOf: 0 } }, /gives users\.emailOf the deadline 0, expected 1 to 3600000 milliseconds/],
      [{ users: { emailOf: 1.5 } }, /the deadline 1\.5/],
      [{ users: { emailOf: 3_600_001 } }, /the deadline 3600001/],
      [{ users: { other: 5 } }, /gives a deadline to users\.other, which it does not provide/],
      [{ groups: { of: 5 } }, /gives a deadline to groups\.of, which it does not provide/],
    ];
    for (const [deadlines, error] of cases)
      assert.match((await statesOf([provider(deadlines)]))['directory']!, error);
  });

  it('is waited for, however long the setup of its provider takes', async () => {
    const slow = directory(undefined, {
      async setup({ provide }) {
        for (let turns = 0; turns < 5; turns++) await new Promise(setImmediate);
        provide({ users: { emailOf: () => 'slow@corp.example' } });
      },
    });
    for (const plugins of [
      [slow, mail],
      [mail, slow],
    ])
      assert.deepEqual(await statesOf(plugins), { directory: 'active', mail: 'active' });
  });

  it('has its type for the compiler', () => {
    definePlugin({
      name: 'types',
      inject: { users: Users, groups: optional(versioned(Groups, '1.x')) },
      provides: { mine: Users },
      setup({ services: { users, groups }, provide }) {
        users satisfies Users;
        groups satisfies Groups | undefined;
        // @ts-expect-error -- it may be missing
        void (() => groups.of('ann'));
        // @ts-expect-error -- it is declared as Users
        void (() => provide({ mine: { of: () => '' } }));
        provide({ mine: users });
      },
    });
  });

  it('names its plugin and method in an error, and the tap that has called it', async () => {
    let isDown = true;
    const users = directory((name) => {
      if (isDown) throw new PouchError('PCH_CONFLICT', 'the server is down', { hint: 'start it' });
      return name;
    });
    const { runner, log } = await load([users, mail]);
    const error = await rejection(runner.plan(preCreate, makeDraft(), { log }));
    assert.deepEqual(
      { code: error.code, message: error.message, hint: error.hint, plugin: error.plugin },
      {
        code: 'PCH_CONFLICT',
        message: 'emailOf of the service directory.users (plugin directory): the server is down',
        hint: 'start it',
        plugin: 'mail',
      },
    );
    isDown = false;
    assert.equal((await runner.plan(preCreate, makeDraft(), { log })).draft.labels.mail, 'ann');
  });

  it('names the innermost plugin when services call each other, also in a promise', async () => {
    const groups = definePlugin({
      name: 'groups',
      version: '1.0.0',
      inject: { users: Users },
      provides: { groups: Groups },
      setup: ({ services: { users }, provide }) =>
        provide({ groups: { of: async (name) => Promise.resolve(users.emailOf(name)) } }),
    });
    let seen: Promise<unknown> | undefined;
    const reads = definePlugin({
      name: 'reads',
      inject: { groups: Groups },
      setup: ({ services }) => void (seen = rejection(services.groups.of('ann'))),
    });
    const broken = directory(() => {
      throw new Error('no network');
    });
    await load([reads, groups, broken]);
    const { plugin, message } = (await seen) as PouchError;
    assert.equal(plugin, 'directory');
    assert.equal(message, 'emailOf of the service directory.users (plugin directory): no network');
  });

  it('may be optional: undefined without a provider, or with a broken one', async () => {
    const seen: unknown[] = [];
    const flexible = definePlugin({
      name: 'flexible',
      inject: { users: optional(Users) },
      setup: ({ services: { users } }) => void seen.push(users?.emailOf('bob')),
    });
    const broken = directory(undefined, {
      setup: () => {
        throw new Error('no server');
      },
    });
    for (const plugins of [[flexible], [flexible, broken], [flexible, directory()]])
      assert.equal((await statesOf(plugins)).flexible, 'active');
    assert.deepEqual(seen, [undefined, undefined, 'bob@corp.example']);
  });
});

describe('a plugin whose services cannot be injected is quarantined', () => {
  it('when no plugin provides it', async () => {
    const { mail: error } = await statesOf([mail]);
    assert.match(
      error ?? '',
      /^plugin mail injects the service directory\.users, which no plugin provides \(add/,
    );
    assert.equal((await statesOf([mail, directory()])).mail, 'active');
  });

  it('when its provider is disabled', async () => {
    const entries = [entry({ name: 'directory', enabled: false }), entry({ name: 'mail' })];
    assert.equal(
      (await statesOf([directory(), mail], entries)).mail,
      'plugin mail injects the service directory.users of plugin directory, which is disabled (enable plugin directory, or disable plugin mail too)',
    );
  });

  it('when its provider does not load, with the reason', async () => {
    const broken = directory(undefined, {
      setup: () => {
        throw new Error('no server');
      },
    });
    assert.deepEqual(await statesOf([mail, broken]), {
      mail: 'plugin mail needs a service of plugin directory, which is quarantined: setup of plugin directory failed: no server (fix plugin directory and reload pouchd)',
      directory: 'setup of plugin directory failed: no server',
    });
  });

  it('when the provided version is outside its range, also for an optional one', async () => {
    for (const inject of [versioned(Users, '^1.2'), optional(versioned(Users, '^1.2'))]) {
      const picky = definePlugin({ name: 'picky', inject: { users: inject }, setup: () => undefined });
      const { picky: error } = await statesOf([picky, directory(undefined, { version: '2.0.0' })]);
      assert.match(
        error ?? '',
        /^plugin picky injects the service directory\.users in version \^1\.2, and plugin directory provides 2\.0\.0 \(/,
      );
    }
  });

  it('when services of the engine are wanted of another Pouch', async () => {
    const picky = definePlugin({
      name: 'picky',
      inject: { clock: versioned(Clock, '>=99') },
      setup: () => undefined,
    });
    assert.match((await statesOf([picky])).picky ?? '', /clock in version >=99, and Pouch provides \d/);
  });

  it('when plugins need each other in a circle: all of them', async () => {
    const groups = (needs: boolean) =>
      definePlugin({
        name: 'groups',
        version: '1.0.0',
        inject: needs ? { users: Users } : {},
        provides: { groups: Groups },
        setup: ({ provide }) => provide({ groups: { of: () => Promise.resolve('') } }),
      }) as Plugin;
    const users = directory(undefined, { inject: { groups: optional(Groups) } });
    const states = await statesOf([groups(true), users, mail]);
    assert.match(states.groups ?? '', /^plugins inject .* in a circle: groups → directory → groups \(move /);
    assert.match(states.directory ?? '', /in a circle: directory → groups → directory \(/);
    assert.match(
      states.mail ?? '',
      /needs a service of plugin directory, which is quarantined: plugins inject/,
    );
    assert.deepEqual(Object.values(await statesOf([groups(false), users, mail])), [
      'active',
      'active',
      'active',
    ]);
  });

  it('when two provide it: the later one is', async () => {
    const other = directory(undefined, { name: 'other' });
    const states = await statesOf([directory(), other, mail]);
    assert.equal(
      states.other,
      'the service directory.users is contributed by plugin directory and by plugin other (disable one of the two with `enabled: false`, or rename)',
    );
    assert.equal(states.mail, 'active');
  });

  it('when it provides a service of the engine', async () => {
    const fake = directory(undefined, { provides: { users: token('containers') } });
    assert.match(
      (await statesOf([fake])).directory ?? '',
      /the service containers is contributed by the core and by/,
    );
  });
});

describe('a declaration of services is checked', () => {
  const cases: [string, Partial<Plugin>, RegExp][] = [
    ['a provider without a version', { version: undefined }, /`version` must be a semantic version.*none/],
    ['a version that is not semantic', { version: 'new' }, /`version` must be a semantic version.*"new"/],
    [
      'a service that is not a token',
      { provides: { users: 'users' as never } },
      /`provides` must be an object of tokens/,
    ],
    [
      'a range that is not one',
      { inject: { users: versioned(Users, 'newest') } },
      /found the range newest as `users`/,
    ],
    ['no token', { inject: { users: 7 as never } }, /`inject` must be .*; found 7 as `users`/],
    [
      'a service that setup forgets',
      { setup: () => undefined },
      /declares the service `users`, and its setup has not provided it \(call/,
    ],
    [
      'a service that is not declared',
      { setup: ({ provide }) => provide({ others: {} }) },
      /provides `others`, which it does not declare/,
    ],
    [
      'a service that is not an object',
      { setup: ({ provide }) => provide({ users: 'x' }) },
      /must provide `users` as an object/,
    ],
  ];
  for (const [name, changes, expected] of cases)
    it(name, async () => {
      assert.match((await statesOf([directory(undefined, changes)])).directory ?? '', expected);
    });
});

describe('a reload', () => {
  /** Plugins that write down what happens to them. */
  function versions(steps: string[]) {
    const provider = (mark: string, changes: Partial<Plugin> = {}) =>
      directory(undefined, {
        setup({ provide, onDispose }) {
          provide({ users: { emailOf: () => mark } });
          onDispose(() => void steps.push(`directory ${mark} ends`));
        },
        ...changes,
      });
    const consumer = (mark: string) =>
      definePlugin({
        name: 'mail',
        inject: { users: Users },
        setup({ hooks, services: { users }, onDispose }) {
          hooks.container.preCreate.tap(
            (draft) => void (draft.labels.mail = `${mark} ${users.emailOf('ann')}`),
          );
          onDispose(() => void steps.push(`mail ${mark} ends`));
        },
      }) as Plugin;
    return { provider, consumer };
  }

  async function again(
    { generation, log }: Awaited<ReturnType<typeof load>>,
    plugins: Plugin[],
    container: Parameters<typeof loadPlugins>[0]['container'],
  ) {
    const next = await loadPlugins({
      number: 2,
      builtIns: plugins,
      entries: [],
      container,
      previous: generation,
    });
    const label = async (of: typeof next) =>
      (await of.runner.plan(preCreate, makeDraft(), { log })).draft.labels.mail;
    return { next, label };
  }

  async function first(plugins: Plugin[]) {
    const container = containerWith({
      clock: systemClock,
      files: inProcessFiles(),
      host,
      log: new TestLog(),
    });
    return { container, one: await load(plugins, { container }) };
  }

  it('swaps a provider with its consumers; the old generation keeps its own, and ends consumer first', async () => {
    const steps: string[] = [];
    const { provider, consumer } = versions(steps);
    const { container, one } = await first([provider('a'), consumer('a')]);
    const { next, label } = await again(one, [provider('b'), consumer('b')], container);
    assert.deepEqual([await label(one.generation), await label(next)], ['a a', 'b b']);
    await one.generation.dispose();
    assert.deepEqual(steps, ['mail a ends', 'directory a ends']);
    assert.equal(await label(next), 'b b');
  });

  it('sets a new consumer up with the previous version of a provider that breaks', async () => {
    const { provider, consumer } = versions([]);
    const { container, one } = await first([provider('a'), consumer('a')]);
    const broken = provider('b', {
      setup: () => {
        throw new Error('no server');
      },
    });
    const { next, label } = await again(one, [broken, consumer('b')], container);
    assert.equal(await label(next), 'b a');
  });

  it('keeps the provider of a consumer whose previous version serves, until that ends', async () => {
    const steps: string[] = [];
    const { provider, consumer } = versions(steps);
    const { container, one } = await first([provider('a'), consumer('a')]);
    const broken = {
      ...consumer('b'),
      setup: () => {
        throw new Error('a typo');
      },
    };
    const { next, label } = await again(one, [provider('b'), broken], container);
    await one.generation.dispose();
    assert.deepEqual(steps, []);
    assert.equal(await label(next), 'a a');
    await next.dispose();
    assert.deepEqual(steps.sort(), ['directory a ends', 'directory b ends', 'mail a ends']);
  });

  it('has a consumer follow a provider that is given up after both were set up', async () => {
    const { provider, consumer } = versions([]);
    const { one } = await first([provider('a'), consumer('a')]);
    const failure = new PouchError('PCH_DEADLINE', 'its surface does not start', { plugin: 'directory' });
    const rest = one.generation.without(new Map([['directory', failure]]));
    assert.deepEqual(
      rest.plugins.map(({ state }) => state),
      ['quarantined', 'quarantined'],
    );
    assert.match(
      rest.plugins[1]?.error ?? '',
      /plugin directory, which is quarantined: its surface does not start/,
    );
  });
});
