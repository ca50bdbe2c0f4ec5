import assert from 'node:assert/strict';
import type { DeclaredHost } from '../../../../plugins/host-agent/declare/declared.ts';
import { readHost } from '../../../../plugins/host-agent/declare/readHost.ts';

/** Reads sections; lines are their pointers. */
function read(sections: {
  containers?: object;
  networks?: object;
  volumes?: object;
  images?: object;
}): DeclaredHost {
  const options = { containers: {}, networks: {}, volumes: {}, ...sections } as never;
  return readHost(options, (pointer) => `pouchd.yaml:${pointer}`, 'key');
}

function problemOf(words: object, others: object = {}): string | undefined {
  return read({ containers: { web: words, ...others } }).broken.find(({ name }) => name === 'web')?.problem;
}

describe('a declared container', () => {
  it('has the request that `pouch run` with the same options has', () => {
    const { containers } = read({
      containers: {
        web: {
          image: 'nginx:1.25',
          command: ['nginx', '-g', 'daemon off;'],
          profiles: ['legacy'],
          memory: '64m',
          env: { A: '007', DEBUG: true },
          publish: ['8080:80'],
          volume: ['data:/data'],
          restart: 'always',
          network: 'shop',
          rich: 'systemd',
          dependsOn: { db: 'healthy' },
          pull: 'always',
        },
        db: { image: 'mariadb' },
      },
    });
    const { request, dependsOn, pull, onRemove } = containers.get('web')!;
    assert.equal(request.name, 'web');
    assert.equal(request.image, 'nginx:1.25');
    assert.deepEqual(request.command, ['nginx', '-g', 'daemon off;']);
    assert.deepEqual(request.profiles, ['legacy']);
    assert.equal(request.resources?.memory, 64 * 1024 * 1024);
    assert.deepEqual(request.env, { A: '007', DEBUG: 'true' });
    assert.deepEqual(
      request.network?.ports?.map(({ containerPort, hostPort }) => [containerPort, hostPort]),
      [[80, 8080]],
    );
    assert.equal(request.network?.mode, 'shop');
    assert.equal(request.rich?.mode, 'systemd');
    assert.deepEqual(dependsOn, [{ name: 'db', condition: 'healthy' }]);
    assert.equal(pull, 'always');
    assert.equal(onRemove, 'remove');
  });

  it('waits for those that it names, in each form', () => {
    for (const [form, expected] of [
      ['db', [['db', 'started']]],
      [
        ['db', 'mq'],
        [
          ['db', 'started'],
          ['mq', 'started'],
        ],
      ],
      [
        [{ db: 'completed' }, 'mq'],
        [
          ['db', 'completed'],
          ['mq', 'started'],
        ],
      ],
    ] as const) {
      const { containers } = read({
        containers: { web: { image: 'a', dependsOn: form }, db: { image: 'a' }, mq: { image: 'a' } },
      });
      assert.deepEqual(
        containers.get('web')!.dependsOn.map(({ name, condition }) => [name, condition]),
        expected,
      );
    }
  });

  it('has a digest of what is declared, whatever the order', () => {
    const digest = (words: object) => read({ containers: { web: words } }).containers.get('web')!.digest;
    assert.equal(digest({ image: 'a', memory: '8m' }), digest({ memory: '8m', image: 'a' }));
    assert.notEqual(digest({ image: 'a' }), digest({ image: 'b' }));
  });

  for (const [what, words, expected] of [
    ['no image', {}, /^pouchd\.yaml:\/containers\/web: containers\.web: image: expected the reference/],
    [
      'an unknown option',
      { image: 'a', memori: '1m' },
      /memori: expected an option of `pouch run` .* found "memori"/,
    ],
    [
      'a value of another kind',
      { image: 'a', privileged: 'yes' },
      /web\/privileged: containers\.web\.privileged: expected true or false/,
    ],
    [
      'a size that is not one',
      { image: 'a', memory: 'much' },
      /web\/memory: containers\.web\.memory.*"much"/,
    ],
    [
      'an option of one `pouch run`',
      { image: 'a', rm: true },
      /rm: containers of pouchd\.yaml do not take it: write `onRemove`/,
    ],
    [
      'a label of the agent',
      { image: 'a', label: { 'io.pouch.declared': 'x' } },
      /label: expected other labels/,
    ],
    [
      'itself to wait for',
      { image: 'a', dependsOn: 'web' },
      /dependsOn: expected another container, found itself/,
    ],
    [
      'an unknown container to wait for',
      { image: 'a', dependsOn: 'db' },
      /dependsOn: expected declared containers, found db/,
    ],
    [
      'an unknown condition',
      { image: 'a', dependsOn: { db: 'up' } },
      /expected started, healthy, completed, found "up"/,
    ],
    [
      'another word for onRemove',
      { image: 'a', onRemove: 'delete' },
      /onRemove: expected keep, stop, remove, found "delete"/,
    ],
    [
      'replicas that publish one host port',
      { image: 'a', replicas: '2', publish: ['8080:80'] },
      /publish: expected ports without a host port for replicas, found 8080/,
    ],
    [
      'replicas with a fixed address in a further network',
      { image: 'a', replicas: '2', network: ['shop', { name: 'back', ip: '10.0.0.5' }] },
      /replicas: expected no fixed address, found 10\.0\.0\.5/,
    ],
    [
      'an unknown field of a network',
      { image: 'a', network: [{ name: 'shop', adress: '10.0.0.5' }] },
      /web\/network: containers\.web\.network\.adress: expected one of name, alias, ip, .*, found "adress"/,
    ],
    [
      'an address of a network that is not one',
      { image: 'a', network: ['shop', 'name=back,ip=x'] },
      /web\/network: containers\.web\.network ip: expected an IPv4 address, found "x"/,
    ],
    [
      'too many replicas',
      { image: 'a', replicas: '501' },
      /replicas: expected a number from 0 to 500, found "501"/,
    ],
    [
      'a schedule that is not one',
      { image: 'a', schedule: 'soon' },
      /schedule.*expected times such as "every 6h"/,
    ],
    [
      'a schedule of what always runs',
      { image: 'a', schedule: '@daily', restart: 'always' },
      /schedule: expected the restart policy no or on-failure beside it, found always/,
    ],
    [
      'another order of updates',
      { image: 'a', update: { order: 'new-first' } },
      /update: order: expected stop-first or start-first, found "new-first"/,
    ],
    [
      'more than all at once',
      { image: 'a', update: { parallel: '101%' } },
      /update: parallel: .* found "101%"/,
    ],
    [
      'a deadline without a unit',
      { image: 'a', update: { deadline: '30' } },
      /update: deadline: expected a duration/,
    ],
    [
      'a command that is a map',
      { image: 'a', command: { a: 1 } },
      /command: expected a text or a number, found a map/,
    ],
  ] as const)
    it(`is refused with ${what}, by its line`, () => assert.match(problemOf(words) ?? '', expected));

  it('is refused with the health of one without a health check to wait for, by its line', () => {
    const { broken, containers } = read({
      containers: {
        web: { image: 'a', dependsOn: { db: 'healthy' } },
        app: { image: 'a', dependsOn: { db: 'started' } },
        db: { image: 'a', 'no-healthcheck': true },
      },
    });
    assert.deepEqual([...containers.keys()], ['app', 'db']);
    assert.match(
      broken[0]?.problem ?? '',
      /web\/dependsOn: containers\.web\.dependsOn: expected a container with a health check for healthy, found db/,
    );
  });

  it('waits for those whose namespaces it shares, and to which it has links', () => {
    const { containers } = read({
      containers: {
        web: {
          image: 'a',
          network: 'container:db',
          pid: 'container:mq',
          ipc: 'container:stranger',
          dependsOn: { db: 'healthy' },
        },
        app: { image: 'a', link: ['db:d'] },
        db: { image: 'a' },
        mq: { image: 'a' },
      },
    });
    assert.deepEqual(containers.get('web')?.dependsOn, [
      { name: 'db', condition: 'healthy' },
      { name: 'mq', condition: 'started' },
    ]);
    assert.deepEqual(containers.get('app')?.dependsOn, [{ name: 'db', condition: 'started' }]);
  });

  it('is refused with a cycle, and so are the others of it; the rest is read', () => {
    const { broken, containers } = read({
      containers: {
        aa: { image: 'a', dependsOn: 'bb' },
        bb: { image: 'a', dependsOn: 'cc' },
        cc: { image: 'a', dependsOn: 'aa' },
        dd: { image: 'a' },
      },
    });
    assert.deepEqual(broken.map(({ name }) => name).toSorted(), ['aa', 'bb', 'cc']);
    assert.match(broken[0]?.problem ?? '', /dependsOn: expected no cycle, found aa → bb → cc → aa/);
    assert.deepEqual([...containers.keys()], ['dd']);
  });

  it('is one container per replica, which others wait for, too', () => {
    const { containers } = read({
      containers: {
        web: {
          image: 'a',
          replicas: '3',
          update: { order: 'start-first', parallel: '50%', deadline: '30s' },
        },
        lb: { image: 'a', dependsOn: { web: 'healthy' } },
      },
    });
    assert.deepEqual([...containers.keys()], ['web-1', 'web-2', 'web-3', 'lb']);
    const { request, replicaOf, update } = containers.get('web-2')!;
    assert.deepEqual([request.name, replicaOf], ['web-2', 'web']);
    assert.deepEqual(update, { order: 'start-first', parallel: 2, deadlineMs: 30_000 });
    assert.deepEqual(
      containers.get('lb')!.dependsOn.map(({ name, condition }) => `${name} ${condition}`),
      ['web-1 healthy', 'web-2 healthy', 'web-3 healthy'],
    );
  });

  it('is refused as a replica of a name that is declared', () => {
    const { broken, containers } = read({
      containers: { web: { image: 'a', replicas: '2' }, 'web-1': { image: 'a' } },
    });
    assert.match(
      broken[0]?.problem ?? '',
      /web\.replicas: expected names that no other container has, found web-1/,
    );
    assert.deepEqual([...containers.keys()], ['web-1']);
  });

  it('never has a value of a secret in its mistakes', () => {
    const problem = problemOf({ image: 'a', 'secret-env': { A: ['hunter2'] } });
    assert.ok(problem);
    assert.doesNotMatch(problem, /hunter2/);
  });
});

describe('a declared network', () => {
  it('has the options of `pouch network create`', () => {
    const { networks } = read({
      networks: {
        shop: { subnet: '10.1.0.0/24', gateway: '10.1.0.1', internal: true, label: { a: 'b' }, opt: ['x=y'] },
      },
    });
    assert.deepEqual(networks.get('shop')!.network, {
      name: 'shop',
      driver: 'bridge',
      internal: true,
      attachable: false,
      enableIPv6: false,
      options: { x: 'y' },
      labels: { a: 'b' },
      ipam: { addresses: [{ subnet: '10.1.0.0/24', gateway: '10.1.0.1' }] },
    });
  });

  it('is refused with an option of another object', () => {
    const [broken] = read({ networks: { shop: { image: 'a' } } }).broken;
    assert.match(
      broken?.problem ?? '',
      /networks\.shop\.image: expected one of driver, opt, .*, found "image"/,
    );
  });
});

describe('a declared volume', () => {
  it('is kept once it is not declared, unless it says otherwise', () => {
    const { volumes } = read({ volumes: { data: {}, cache: { onRemove: 'remove' } } });
    assert.deepEqual(
      [...volumes.values()].map(({ name, onRemove }) => [name, onRemove]),
      [
        ['data', 'keep'],
        ['cache', 'remove'],
      ],
    );
  });
});

describe('a declared image', () => {
  const digest = `sha256:${'a'.repeat(64)}`;

  it('has a reference with a tag or a digest', () => {
    const names = [
      'debian:12',
      'shop/web:3',
      'localhost:5000/a/b:1.0',
      `a@${digest}`,
      `r.example/a:1@${digest}`,
    ];
    const { images, broken } = read({ images: Object.fromEntries(names.map((name) => [name, {}])) });
    assert.deepEqual([[...images.keys()], broken], [names, []]);
  });

  it('stays, and is not asked for, unless it says otherwise', () => {
    const { images } = read({
      images: { 'a:1': {}, 'b:1': { keep: true, refresh: '@daily', onRemove: 'remove' } },
    });
    const shown = [...images.values()].map(({ keep, refresh, onRemove }) => [keep, refresh, onRemove]);
    assert.deepEqual(shown, [
      [false, undefined, 'keep'],
      [true, '@daily', 'remove'],
    ]);
  });

  for (const [reference, words, problem] of [
    ['mirrors', { 'docker.io': ['https://m.example'] }, /with a tag or a digest.*section registries/],
    ['localhost:5000/a', {}, /with a tag or a digest/],
    ['a b:1', {}, /with a tag or a digest/],
    ['a:', {}, /with a tag or a digest/],
    [`${'a'.repeat(600)}:1`, {}, /with a tag or a digest/],
    ['a:1', { refresh: 'often' }, /images\.a:1\.refresh: expected times such as "every 6h".*, found "often"/],
    [`a@${digest}`, { refresh: 'every 1h' }, /refresh: expected an image with a tag/],
    ['a:1', { onRemove: 'stop' }, /onRemove: expected keep or remove, found "stop"/],
    ['a:1', { keep: 'yes' }, /keep: expected true or false/],
    ['a:1', { pull: 'always' }, /pull: expected one of keep, refresh, onRemove/],
  ] as const)
    it(`is refused as ${reference.slice(0, 30)} with ${JSON.stringify(words)}`, () =>
      assert.match(read({ images: { [reference]: words } }).broken[0]?.problem ?? '', problem));
});
