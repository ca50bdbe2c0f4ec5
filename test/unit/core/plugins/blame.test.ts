import assert from 'node:assert/strict';
import { FieldOwners } from '../../../../core/plugins/index.ts';
import { catalogue } from '../../../../hooks/catalogue.ts';
import type { ContainerDraft } from '../../../../hooks/draft.ts';
import type { Plugin } from '../../../../hooks/definePlugin.ts';
import { makeDraft } from './support/draft.ts';
import { entry, load, plugin, rejection } from './support/load.ts';
import { fastest } from '../../../support/fastest.ts';

const { preCreate, spec } = catalogue.container;

function changing(name: string, change: (draft: ContainerDraft) => void, overrides: string[] = []): Plugin {
  return plugin(name, ({ hooks }) => hooks.container.preCreate.tap({ overrides }, change));
}

async function plan(plugins: Plugin[], draft = makeDraft(), fieldOwners?: FieldOwners) {
  const { runner, log } = await load(plugins);
  return runner.plan(preCreate, draft, { log, fieldOwners });
}

describe('blame', () => {
  it('names field, plugin, hook, action, values and time of every change', async () => {
    const { blame } = await plan([
      changing('alpha', (d) => {
        d.process.env.HOME = '/root';
        d.hostname = 'db';
        delete d.maskedPaths['/proc/kcore'];
      }),
    ]);
    assert.ok(blame.every(({ ms }) => ms >= 0));
    assert.deepEqual(
      blame.map(({ ms: _ms, ...rest }) => rest),
      [
        {
          field: 'process.env.HOME',
          plugin: 'alpha',
          hook: 'container.preCreate',
          action: 'set',
          after: '/root',
        },
        {
          field: 'hostname',
          plugin: 'alpha',
          hook: 'container.preCreate',
          action: 'changed',
          before: 'web',
          after: 'db',
        },
        {
          field: 'maskedPaths["/proc/kcore"]',
          plugin: 'alpha',
          hook: 'container.preCreate',
          action: 'removed',
          before: true,
        },
      ],
    );
  });

  it('reports a new mount field by field, arrays as a whole', async () => {
    const { blame } = await plan([
      changing('alpha', (d) => void (d.mounts['/a.b'] = { type: 'bind', source: '/srv', options: ['ro'] })),
    ]);
    assert.deepEqual(
      blame.map(({ field, after }) => [field, after]),
      [
        ['mounts["/a.b"].type', 'bind'],
        ['mounts["/a.b"].source', '/srv'],
        ['mounts["/a.b"].options', ['ro']],
      ],
    );
  });

  it('keeps the values as they were, whatever later taps do to them', async () => {
    const { blame } = await plan([
      changing('alpha', (d) => void d.process.command.push('--verbose')),
      changing('beta', (d) => void d.process.command.push('--more'), ['alpha']),
    ]);
    assert.deepEqual(blame[0]?.after, ['sleep', '1', '--verbose']);
    assert.deepEqual(blame[1]?.before, ['sleep', '1', '--verbose']);
  });

  it('has the line of the configuration', async () => {
    const { runner, log } = await load([changing('alpha', (d) => void (d.hostname = 'x'))], {
      entries: [entry({ name: 'alpha' })],
      locate: (pointer) => `pouchd.yaml:12 ${pointer}`,
    });
    const { blame } = await runner.plan(preCreate, makeDraft(), { log });
    assert.equal(blame[0]?.origin, 'pouchd.yaml:12 /plugins/0');
  });

  it('takes a field that is set to undefined as removed', async () => {
    const { draft, blame } = await plan([
      changing('alpha', (d) => void Object.assign(d.process.env, { PATH: undefined, NEW: undefined })),
    ]);
    assert.deepEqual(draft.process.env, {});
    assert.deepEqual(
      blame.map(({ field, action }) => [field, action]),
      [['process.env.PATH', 'removed']],
    );
  });

  it('returns a draft that no tap holds on to', async () => {
    let held: ContainerDraft | undefined;
    const { draft } = await plan([
      changing('alpha', (d) => {
        held = d;
        d.labels.x = '1';
      }),
    ]);
    if (held) held.labels.x = '2';
    assert.equal(draft.labels.x, '1');
  });

  it('leaves the given draft alone', async () => {
    const draft = makeDraft();
    await plan([changing('alpha', (d) => void (d.labels.x = '1'))], draft);
    assert.deepEqual(draft.labels, {});
  });

  it('takes names such as __proto__ and constructor for what they are', async () => {
    const labels = JSON.parse('{"__proto__": "a", "constructor": "b"}') as Record<string, string>;
    const { draft, blame } = await plan(
      [changing('alpha', (d) => void Object.assign(d.labels, { toString: 'c' }))],
      makeDraft({ labels }),
    );
    assert.deepEqual(Object.entries(draft.labels), [
      ['__proto__', 'a'],
      ['constructor', 'b'],
      ['toString', 'c'],
    ]);
    assert.deepEqual(
      blame.map(({ field, action }) => [field, action]),
      [['labels.toString', 'set']],
    );
  });

  it('takes less than 40 ms for fifty taps with twenty fields each', async function () {
    this.retries(3);
    const plugins = Array.from({ length: 50 }, (_, p) =>
      changing(`p${p}`, ({ labels }) => {
        for (let field = 0; field < 20; field++) labels[`p${p}.${field}`] = '1';
      }),
    );
    const { runner, log } = await load(plugins);
    const ms = await fastest(21, () => runner.plan(preCreate, makeDraft(), { log }));
    assert.ok(ms < 40, `${ms} ms`);
  });

  const large: [string, (draft: ContainerDraft) => void][] = [
    ['one long value', (draft) => void (draft.labels.big = 'x'.repeat(100 * 2 ** 20))],
    [
      'very many values',
      (draft) => {
        for (let i = 0; i < 100_000; i++) draft.labels[`l${i}`] = '';
      },
    ],
  ];
  for (const [what, grow] of large)
    it(`a draft with ${what} is refused by its plugin's name, and the draft stays`, async () => {
      const error = await rejection(plan([changing('alpha', grow)]));
      assert.deepEqual([error.code, error.plugin], ['PCH_PLUGIN_CONTRACT', 'alpha']);
      assert.match(error.message, /the tap left a draft of more than 8 MiB/);
      assert.deepEqual((await plan([changing('alpha', () => {})])).draft.labels, {});
    });

  it('takes less than 2 ms for ten taps on a draft of 200 keys', async function () {
    this.retries(3);
    const names = Array.from({ length: 10 }, (_, i) => `p${i}`);
    const { runner, log } = await load(
      names.map((name) => changing(name, (d) => void (d.labels[name] = '1'))),
    );
    const draft = makeDraft();
    for (let i = 0; i < 200; i++) draft.process.env[`VARIABLE_${i}`] = `value ${i}`;
    const ms = await fastest(101, () =>
      runner.plan(preCreate, draft, { log, fieldOwners: new FieldOwners() }),
    );
    assert.ok(ms < 2, `${ms} ms`);
  });
});

describe('conflicts', () => {
  it('a second plugin that changes what another has set fails, naming both and the field', async () => {
    const error = await rejection(
      plan([
        changing('alpha', (d) => void (d.hostname = 'a')),
        changing('beta', (d) => void (d.hostname = 'b')),
      ]),
    );
    assert.deepEqual(
      [error.code, error.plugin, error.hook],
      ['PCH_PLUGIN_CONFLICT', 'beta', 'container.preCreate'],
    );
    assert.equal(error.message, 'plugins alpha and beta both tried to set hostname');
    assert.match(error.hint ?? '', /overrides: \['alpha'\]/);
  });

  const cases: [string, (d: ContainerDraft) => void, (d: ContainerDraft) => void, string][] = [
    ['removes it', (d) => void (d.labels.x = '1'), (d) => void delete d.labels.x, 'labels.x'],
    [
      'sets what the other removed',
      (d) => void delete d.process.env.PATH,
      (d) => void (d.process.env.PATH = '/'),
      'process.env.PATH',
    ],
    [
      'changes a part of it',
      (d) => void (d.seccomp = null),
      (d) => void (d.seccomp = { defaultAction: 'SCMP_ACT_ALLOW' }),
      'seccomp',
    ],
    [
      'replaces what it is a part of',
      (d) => void (d.mounts['/x'] = { type: 'bind', source: '/a', options: [] }),
      (d) => void (d.mounts = {}),
      'mounts["/x"].type',
    ],
  ];
  for (const [what, first, second, field] of cases) {
    it(`also if it ${what}`, async () => {
      const error = await rejection(plan([changing('alpha', first), changing('beta', second)]));
      assert.equal(error.message, `plugins alpha and beta both tried to set ${field}`);
    });
  }

  it('does not arise with `overrides`, and the field then belongs to the second', async () => {
    const owners = new FieldOwners();
    const plugins = [
      changing('alpha', (d) => void (d.hostname = 'a')),
      changing('beta', (d) => void (d.hostname = 'b'), ['alpha']),
    ];
    const { draft } = await plan(plugins, makeDraft(), owners);
    assert.equal(draft.hostname, 'b');
    assert.deepEqual(owners.of(['hostname']), ['beta']);
    const third = changing('gamma', (d) => void (d.hostname = 'c'), ['alpha']);
    const error = await rejection(plan([...plugins, third]));
    assert.match(error.message, /plugins beta and gamma/);
  });

  it('does not arise when both want the same value, change their own, or add beside each other', async () => {
    const { draft } = await plan([
      changing('alpha', (d) => {
        d.hostname = 'same';
        d.resources.memory = { limit: 1 };
      }),
      changing('beta', (d) => {
        d.hostname = 'same';
        d.resources.memory = { ...d.resources.memory, swap: 2 };
      }),
    ]);
    assert.deepEqual(draft.resources.memory, { limit: 1, swap: 2 });
  });

  it('does not arise for fields that core, request or image have set', async () => {
    const owners = new FieldOwners();
    owners.set(['hostname'], 'request');
    owners.set(['process', 'env', 'PATH'], 'image');
    owners.set(['stop'], 'core');
    const change = changing('alpha', (d) => {
      d.hostname = 'a';
      d.process.env.PATH = '/bin';
      d.stop.signal = 'SIGKILL';
    });
    await plan([change], makeDraft(), owners);
    for (const field of [['hostname'], ['process', 'env', 'PATH']])
      assert.deepEqual(owners.of(field), ['alpha']);
    assert.deepEqual(owners.of(['stop', 'signal']), ['alpha']);
    assert.deepEqual(owners.of(['stop', 'timeoutSeconds']), ['core']);
  });

  it('is seen across two hooks of one container', async () => {
    const beta = plugin('beta', ({ hooks }) => hooks.container.spec.tap((d) => void (d.hostname = 'b')));
    const { runner, log } = await load([changing('alpha', (d) => void (d.hostname = 'a')), beta]);
    const fieldOwners = new FieldOwners();
    const { draft } = await runner.plan(preCreate, makeDraft(), { log, fieldOwners });
    const error = await rejection(runner.plan(spec, draft, { log, fieldOwners }));
    assert.deepEqual([error.code, error.hook], ['PCH_PLUGIN_CONFLICT', 'container.spec']);
  });
});

describe('the contract of a plan tap', () => {
  const broken: [string, (d: ContainerDraft) => void, RegExp][] = [
    [
      'changes a fixed field',
      (d) => void ((d as { name: string }).name = 'mine'),
      /changed name, which is fixed/,
    ],
    [
      'changes a part of one',
      (d) => void (d.image.config.os = 'plan9'),
      /changed image\.config\.os, which is fixed/,
    ],
    [
      'sets a wrong type',
      (d) => void ((d.extraHosts as Record<string, unknown>).db = 7),
      /extraHosts\.db must be string/,
    ],
    [
      'misspells a field',
      (d) => void ((d as unknown as { hostnam: string }).hostnam = 'x'),
      /hostnam is not a field/,
    ],
    [
      'removes a needed field',
      (d) => void delete (d as Partial<ContainerDraft>).hostname,
      /hostname must have/,
    ],
    [
      'sets a date',
      (d) => void ((d.labels as Record<string, unknown>).at = new Date()),
      /labels\.at to a value that is not plain data/,
    ],
    [
      'sets an effect that every container has',
      (d) => void (d.effects['io'] = { kind: 'mine', stage: 'start', args: {} }),
      /^plugin rogue set effects\.io, which Pouch sets itself$/,
    ],
    [
      'sets the effect of a checkpoint',
      (d) => void (d.effects['checkpoint.one'] = { kind: 'mine', stage: 'create', args: {} }),
      /set effects\["checkpoint\.one"\], which Pouch sets itself/,
    ],
    [
      'mounts something in the place of the small init',
      (d) => void (d.mounts['/.pouch/init'] = { type: 'bind', source: '/bin/sh', options: [] }),
      /set mounts\["\/\.pouch\/init"\], which Pouch sets itself/,
    ],
    ['ties a knot', (d) => void ((d.labels as Record<string, unknown>).me = d), /nested deeper/],
  ];
  for (const [what, change, message] of broken) {
    it(`is broken by one that ${what}: named, and none of its changes stay`, async () => {
      const { runner, log } = await load([
        plugin('rogue', ({ hooks }) => hooks.container.preCreate.tap({ onError: 'degrade' }, change)),
        plugin('good', ({ hooks }) => hooks.container.preCreate.tap((d) => void (d.labels.good = '1'))),
      ]);
      const { draft, degraded, blame } = await runner.plan(preCreate, makeDraft(), { log });
      assert.match(degraded[0]?.message ?? '', message);
      assert.equal(degraded[0]?.plugin, 'rogue');
      assert.deepEqual({ ...draft, labels: {}, image: 0 }, { ...makeDraft(), image: 0 });
      assert.deepEqual(
        blame.map(({ plugin: name }) => name),
        ['good'],
      );
    });
  }

  it('holds the runtime fixed in container.spec', async () => {
    const { runner, log } = await load([
      plugin('rogue', ({ hooks }) => hooks.container.spec.tap((d) => void (d.runtime = 'mine'))),
    ]);
    assert.match((await rejection(runner.plan(spec, makeDraft(), { log }))).message, /changed runtime/);
  });
});
