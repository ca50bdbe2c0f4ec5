import assert from 'node:assert/strict';
import type { ContainerRecord, Network, PlanChange, Volume } from '../../../../hooks/index.ts';
import { readHost } from '../../../../plugins/host-agent/declare/readHost.ts';
import { labels } from '../../../../plugins/host-agent/labels.ts';
import type { HostState } from '../../../../plugins/host-agent/plan/hostState.ts';
import { comparable, declarationDigest } from '../../../../plugins/host-agent/plan/comparable.ts';
import { planHost } from '../../../../plugins/host-agent/plan/planHost.ts';
import { allChanges, type HostPlan, leavesObject } from '../../../../plugins/host-agent/plan/step.ts';

const key = 'key';

interface Sections {
  containers?: Record<string, object>;
  networks?: Record<string, object>;
  volumes?: Record<string, object>;
  images?: Record<string, object>;
}

function declare(sections: Sections) {
  const options = { containers: {}, networks: {}, volumes: {}, ...sections } as never;
  return readHost(options, (pointer) => `pouchd.yaml:${pointer}`, key);
}

interface Host {
  containers: ContainerRecord[];
  networks: Network[];
  volumes: Volume[];
  images: Map<string, string>;
  ownImages: string[];
}

/** The host as an apply of these sections leaves it. */
function hostOf(sections: Sections): Host {
  const { containers, networks, volumes } = declare(sections);
  const images = new Map(
    [...containers.values()].map(({ request }) => [request.image, `sha256:${request.image}`]),
  );
  return {
    images,
    ownImages: [],
    networks: [...networks.values()].map(
      ({ name, network }) =>
        ({
          ...network,
          id: name,
          predefined: false,
          ipam: { driver: 'default', options: {}, addresses: [], ...network.ipam },
          labels: { ...network.labels, [labels.declared]: name },
        }) as unknown as Network,
    ),
    volumes: [...volumes.values()].map(
      ({ name, volume, onRemove }) =>
        ({
          ...volume,
          labels: { ...volume.labels, [labels.declared]: name, [labels.onRemove]: onRemove },
        }) as unknown as Volume,
    ),
    containers: [...containers.values()].map(({ name, request, onRemove }) => {
      const own = {
        [labels.declared]: name,
        [labels.declaration]: declarationDigest(comparable(request), key),
        [labels.onRemove]: onRemove,
      };
      const all = { ...request.labels, ...own };
      return {
        id: `id-${name}`,
        name,
        // As it is stored.
        request: JSON.parse(JSON.stringify({ ...request, labels: all })) as typeof request,
        draft: {
          labels: all,
          image: { id: images.get(request.image)! },
          process: { capabilities: { CAP_SYS_ADMIN: request.rich?.enabled === true } },
          rich: { enabled: request.rich?.enabled === true, mode: 'systemd' },
        },
        state: { status: 'running' },
        stoppedByUser: false,
      } as unknown as ContainerRecord;
    }),
  };
}

function plan(
  sections: Sections,
  host: Host & Pick<HostState, 'outdated'>,
  mayRemoveMany = false,
  keeps?: string,
  last?: Sections,
): HostPlan {
  return planHost(declare(sections), host, {
    complete: (request) => request,
    isSecretName: (name) => name.includes('TOKEN'),
    isSecretText: (text) => text.includes('of a file'),
    key,
    mayRemoveMany,
    keeps,
    ...(last && { before: { containers: {}, networks: {}, volumes: {}, ...last } as never }),
  });
}

/** `ACTION KIND NAME: FIELD…` of each step. */
function shown({ steps }: HostPlan): string[] {
  return steps.map(({ kind, name, action, held, ...step }) => {
    const fields = allChanges(step)
      .map(({ Field, Applies }) => `${Field} ${Applies}`)
      .join(', ');
    return `${held === undefined ? '' : 'held '}${action} ${kind} ${name}${fields && `: ${fields}`}`;
  });
}

const web = {
  image: 'nginx:1',
  command: ['nginx'],
  memory: '64m',
  env: { A: '1' },
  label: { team: 'shop' },
  publish: ['8080:80'],
  volume: ['data:/data'],
  network: 'shop',
  restart: 'always',
};
const others = { aa: { image: 'a' }, bb: { image: 'a' }, cc: { image: 'a' } };
const before: Sections = {
  networks: { shop: { subnet: '10.1.0.0/24' } },
  volumes: { data: {} },
  containers: { web, box: { image: 'debian:12', rich: true }, ...others },
};

/** `before` with another web. */
function withWeb(changes: object): Sections {
  return { ...before, containers: { ...before.containers, web: { ...web, ...changes } } };
}

/** `before` with another rich container. */
function withBox(changes: object): Sections {
  const box = { ...before.containers!['box'], ...changes };
  return { ...before, containers: { ...before.containers, box } };
}

/** `before` with a web that lacks an option. */
function webWithout(option: keyof typeof web): Sections {
  const { [option]: _gone, ...rest } = web;
  return { ...before, containers: { ...before.containers, web: rest } };
}

function without(name: string): Sections {
  const { [name]: _gone, ...containers } = before.containers!;
  return { ...before, containers };
}

describe('a plan of the host', () => {
  it('has no step where all is as it is declared', () => {
    const found = plan(before, hostOf(before));
    assert.deepEqual(shown(found), []);
    assert.deepEqual(found.problems, []);
  });

  it('replaces a network that had an option more', () => {
    const shop = { subnet: '10.1.0.0/24', opt: { 'com.docker.network.driver.mtu': '1400' } };
    const had = hostOf({ ...before, networks: { shop } });
    assert.deepEqual(shown(plan(before, had)), [
      'recreate network shop: opt.com.docker.network.driver.mtu recreate',
    ]);
  });

  it('gives a renamed container its name, and leaves one that is being replaced', () => {
    const renamedTo = (name: string) => {
      const host = hostOf(before);
      return {
        ...host,
        containers: host.containers.map((one) => (one.name === 'web' ? { ...one, name } : one)),
      };
    };
    const found = plan(before, renamedTo('other'));
    assert.deepEqual(shown(found), ['change container web: name now']);
    assert.ok(found.steps[0]?.isDrift);
    assert.deepEqual(shown(plan(before, renamedTo('web.previous'))), ['recreate container web']);
  });

  it('connects a container again to its network with the options of its endpoint', () => {
    const declared = withWeb({ network: { name: 'shop', ip: '10.1.0.9', alias: ['w'] } });
    const host = hostOf(declared);
    const [first, ...rest] = host.containers;
    const { ip: _ip, aliases: _aliases, ...network } = first!.request.network!;
    const request = { ...first!.request, network: { ...network, detached: true } };
    const draft = { ...first!.draft, network: { mode: 'shop' } } as ContainerRecord['draft'];
    const found = plan(declared, { ...host, containers: [{ ...first!, request, draft }, ...rest] });
    assert.deepEqual(shown(found), ['change container web: network now, ip now, network-alias.w now']);
    const [change] = found.steps[0]!.changes.filter(({ Field }) => Field === 'network');
    assert.deepEqual([change?.From, change?.To], [undefined, 'shop']);
  });

  describe('with other plugins or settings than a container was planned with', () => {
    const team: PlanChange = { field: 'labels.team', from: 'a', to: 'b', plugin: 'adds', applies: 'now' };
    const site: PlanChange = { field: 'process.env.SITE', to: 'x', plugin: 'core', applies: 'start' };
    const ids: PlanChange = { field: 'uidMappings', applies: 'recreate' };
    const hostWith = (changes: readonly PlanChange[], sections = before) => ({
      ...hostOf(sections),
      outdated: new Map([['id-web', changes]]),
    });

    for (const [what, changes, expected] of [
      ['what changes while it runs', [team], 'change container web: labels.team now'],
      [
        'what needs a restart',
        [team, site],
        'restart container web: labels.team now, process.env.SITE restart',
      ],
      ['what only a new one can have', [ids], 'recreate container web: uidMappings recreate'],
    ] as const)
      it(`has ${what}`, () => assert.deepEqual(shown(plan(before, hostWith(changes))), [expected]));

    it('names the plugin, and has it beside a change of the file', () => {
      const [step] = plan(withWeb({ memory: '1g' }), hostWith([team, site])).steps;
      assert.ok(step?.kind === 'container' && step.isReplanned);
      assert.deepEqual([step.action, step.isDrift], ['restart', false]);
      const plugins = step.changes.map(({ Field, Plugin }) => [Field, Plugin]);
      assert.deepEqual(plugins, [
        ['memory', undefined],
        ['labels.team', 'adds'],
        ['process.env.SITE', undefined],
      ]);
    });

    it('waits while a schedule runs the container', () => {
      const scheduled = { ...before, containers: { web: { ...web, restart: 'no', schedule: '@daily' } } };
      assert.deepEqual(shown(plan(scheduled, hostWith([site], scheduled))), [
        'held restart container web: process.env.SITE restart',
      ]);
      assert.deepEqual(shown(plan(scheduled, hostWith([team], scheduled))), [
        'change container web: labels.team now',
      ]);
    });
  });

  it('creates all that an empty host lacks, images first', () => {
    const empty = {
      containers: [],
      networks: [],
      volumes: [],
      images: new Map<string, string>(),
      ownImages: [],
    };
    assert.deepEqual(shown(plan({ ...before, containers: { web } }, empty)), [
      'pull image nginx:1',
      'create network shop',
      'create volume data',
      'create container web',
    ]);
  });

  for (const [what, after, expected] of [
    ['a memory limit', withWeb({ memory: '128m' }), ['change container web: memory now']],
    ['another limit', withWeb({ 'pids-limit': 100 }), ['change container web: pids-limit now']],
    ['no memory limit', webWithout('memory'), ['recreate container web: memory recreate']],
    ['a restart policy', withWeb({ restart: 'on-failure:3' }), ['change container web: restart now']],
    ['no restart policy', withWeb({ restart: 'no' }), ['change container web: restart now']],
    ['a label', withWeb({ label: { team: 'shop', tier: '1' } }), ['change container web: label.tier now']],
    ['no label', withWeb({ label: {} }), ['change container web: label.team now']],
    ['an annotation', withWeb({ annotation: { a: 'b' } }), ['restart container web: annotation.a restart']],
    ['a variable', withWeb({ env: { A: '2' } }), ['restart container web: env.A restart']],
    ['one more variable', withWeb({ env: { A: '1', B: '2' } }), ['restart container web: env.B restart']],
    ['no variable', withWeb({ env: {} }), ['recreate container web: env.A recreate']],
    [
      'one more port',
      withWeb({ publish: ['8080:80', '8081:81'] }),
      ['change container web: publish.8081:81/tcp now'],
    ],
    [
      'another host port',
      withWeb({ publish: ['8082:80'] }),
      ['change container web: publish.8080:80/tcp now, publish.8082:80/tcp now'],
    ],
    [
      'a free host port',
      withWeb({ publish: ['8080:80', '81'] }),
      ['recreate container web: publish.:81/tcp recreate'],
    ],
    [
      'one more network',
      withWeb({ network: ['shop', { name: 'back', alias: ['w'] }] }),
      ['change container web: network.back now'],
    ],
    ['the same network as a map', withWeb({ network: { name: 'shop' } }), []],
    [
      'an address in the first network',
      withWeb({ network: 'name=shop,ip=10.1.0.9' }),
      ['recreate container web: ip recreate'],
    ],
    ['another end', withWeb({ onRemove: 'keep' }), ['change container web: onRemove now']],
    ['the same ports in another order', withWeb({ publish: ['8080:80'] }), []],
    [
      'one more mount',
      withWeb({ volume: ['data:/data', '/srv:/srv'] }),
      ['change container web: volume./srv now'],
    ],
    ['no mount', withWeb({ volume: [] }), ['change container web: volume./data now']],
    ['a tmpfs', withWeb({ tmpfs: ['/tmp'] }), ['recreate container web: tmpfs./tmp recreate']],
    ['a device', withWeb({ device: ['/dev/fuse'] }), ['change container web: device./dev/fuse now']],
    ['another command', withWeb({ command: ['nginx', '-q'] }), ['recreate container web: command recreate']],
    ['another user', withWeb({ user: 'nobody' }), ['recreate container web: user recreate']],
    ['another network', withWeb({ network: 'bridge' }), ['recreate container web: network recreate']],
    ['a host name', withWeb({ hostname: 'w' }), ['recreate container web: hostname recreate']],
    ['another runtime', withWeb({ runtime: 'crun' }), ['recreate container web: runtime recreate']],
    ['a health check', withWeb({ 'health-cmd': 'true' }), ['recreate container web: health-cmd recreate']],
    [
      'a change that costs little and one that costs much',
      withWeb({ memory: '1g', user: 'nobody' }),
      ['recreate container web: memory now, user recreate'],
    ],
    [
      'another image',
      withWeb({ image: 'nginx:2' }),
      ['pull image nginx:2', 'recreate container web: image recreate'],
    ],
    [
      'another image of a rich container',
      withBox({ image: 'debian:13' }),
      ['pull image debian:13', 'upgrade container box: image upgrade'],
    ],
    [
      'a read-only mount of a rich container, which could make it writable',
      withBox({ volume: ['/srv:/srv:ro'] }),
      ['restart container box: volume./srv restart'],
    ],
    [
      'a writable mount of a rich container',
      withBox({ volume: ['/srv:/srv'] }),
      ['change container box: volume./srv now'],
    ],
    [
      'a variable of a rich container, whose services have it in files',
      withBox({ env: { A: '1' } }),
      ['recreate container box: env.A recreate'],
    ],
    ['no longer one container of five', without('aa'), ['remove container aa']],
    [
      'a network without a container',
      { ...before, networks: { ...before.networks, back: {} } },
      ['create network back'],
    ],
    [
      'another subnet',
      { ...before, networks: { shop: { subnet: '10.2.0.0/24' } } },
      ['recreate network shop: subnet recreate'],
    ],
    [
      'no network',
      { ...withWeb({ network: 'bridge' }), networks: {} },
      ['remove network shop', 'recreate container web: network recreate'],
    ],
    [
      'another gateway, and a range',
      {
        ...before,
        networks: { shop: { subnet: '10.1.0.0/24', gateway: '10.1.0.9', 'ip-range': '10.1.0.128/25' } },
      },
      ['recreate network shop: ip-range recreate, gateway recreate'],
    ],
    ['one more volume', { ...before, volumes: { data: {}, more: {} } }, ['create volume more']],
    [
      'another driver of a volume',
      { ...before, volumes: { data: { driver: 'nfs' } } },
      ['held recreate volume data: driver recreate'],
    ],
    [
      'a label of a volume, and what happens to it later',
      { ...before, volumes: { data: { label: { a: 'b' }, onRemove: 'remove' } } },
      ['change volume data: label.a now, onRemove now'],
    ],
    ['no volume, whose data stays', { ...before, volumes: {} }, []],
    [
      'a mount of another kind',
      withWeb({ mount: ['type=tmpfs,target=/run'] }),
      ['recreate container web: mount./run recreate'],
    ],
    ['a secret', withWeb({ 'secret-env': { B: 'old' } }), ['recreate container web: secret-env.B recreate']],
  ] satisfies [string, Sections, string[]][])
    it(`for ${what}`, () => assert.deepEqual(shown(plan(after, hostOf(before))), expected));

  describe('of options that no object has', () => {
    const images = { 'a:1': { refresh: 'every 6h' } };
    const job = { image: 'a:1', schedule: 'every 1h' };
    const last: Sections = { images, containers: { web, db: { image: 'a:1' }, job } };
    const withOne = (name: string, changes: object): Sections => ({
      ...last,
      containers: { ...last.containers, [name]: { ...last.containers![name], ...changes } },
    });
    const planned = (after: Sections, host = hostOf(last)) => plan(after, host, false, undefined, last);

    for (const [what, after, expected] of [
      ['a schedule', withOne('db', { schedule: '@daily' }), ['change container db: schedule now']],
      ['another schedule', withOne('job', { schedule: 'every 2h' }), ['change container job: schedule now']],
      [
        'no schedule',
        { ...last, containers: { ...last.containers, job: { image: 'a:1' } } },
        ['change container job: schedule now'],
      ],
      ['a dependency', withOne('web', { dependsOn: ['db'] }), ['change container web: dependsOn.db now']],
      [
        'how it is replaced',
        withOne('web', { update: { order: 'stop-first', parallel: 2, deadline: '1m' } }),
        ['change container web: update.parallel now, update.deadline now'],
      ],
      ['the defaults in words', withOne('web', { update: { deadline: '300s' }, pull: 'missing' }), []],
      ['how it is pulled', withOne('web', { pull: 'always' }), ['change container web: pull now']],
      [
        'beside another change',
        withOne('web', { memory: '1g', user: 'nobody', dependsOn: ['db'] }),
        ['recreate container web: memory now, user recreate, dependsOn.db now'],
      ],
      [
        'options of an image',
        { ...last, images: { 'a:1': { keep: true, onRemove: 'remove' } } },
        ['change image a:1: keep now, onRemove now, refresh now'],
      ],
      [
        'an image that the host has, and that is kept from now on',
        { ...last, images: { ...images, 'nginx:1': { keep: true } } },
        ['change image nginx:1: keep now'],
      ],
      ['an image that the host has', { ...last, images: { ...images, 'nginx:1': {} } }, []],
    ] as [string, Sections, string[]][])
      it(`has ${what}`, () => {
        const found = planned(after);
        assert.deepEqual(
          shown(found).map((line) => line.replace(/(?<=image a:1: ).*/, (fields) => sorted(fields))),
          expected,
        );
        for (const step of found.steps) {
          assert.equal(leavesObject(step), !expected[0]?.includes('memory'));
          assert.ok(allChanges(step).every(({ Origin }) => Origin?.startsWith('pouchd.yaml:')));
        }
      });
    const sorted = (fields: string) => fields.split(', ').toSorted().join(', ');

    it('has the values before and after, and the line', () => {
      const { steps } = planned(withOne('job', { schedule: 'every 2h', dependsOn: { db: 'healthy' } }));
      assert.deepEqual(steps[0]!.policy, [
        {
          Field: 'schedule',
          From: 'every 1h',
          To: 'every 2h',
          Origin: 'pouchd.yaml:/containers/job/schedule',
          Applies: 'now',
        },
        {
          Field: 'dependsOn.db',
          To: 'healthy',
          Origin: 'pouchd.yaml:/containers/job/dependsOn',
          Applies: 'now',
        },
      ]);
    });

    it('has none for replicas that come, dependencies that follow from others, and without a last generation', () => {
      const replicas = { ...last, containers: { ...last.containers, db: { image: 'a:1', replicas: 3 } } };
      const after = {
        ...replicas,
        containers: { ...replicas.containers, web: { ...web, dependsOn: ['db'] } },
      };
      const one = { ...after, containers: { ...after.containers, db: { image: 'a:1', replicas: 1 } } };
      assert.deepEqual(shown(plan(after, hostOf(one), false, undefined, one)), [
        'create container db-2',
        'create container db-3',
      ]);
      assert.deepEqual(shown(plan(withOne('web', { dependsOn: ['db'] }), hostOf(last))), []);
      const shares = withOne('db', { pid: 'container:web' });
      assert.deepEqual(shown(planned(shares)), ['recreate container db: pid recreate']);
    });

    it('starts what was stopped by hand in the same step', () => {
      const host = hostOf(last);
      const record = host.containers.find(({ name }) => name === 'web')!;
      Object.assign(record, { state: { status: 'exited' }, stoppedByUser: true });
      const [step] = planned(withOne('web', { dependsOn: ['db'] }), host).steps;
      assert.deepEqual([step?.action, step?.isDrift, step?.policy?.length], ['start', true, 1]);
    });
  });

  it('names the line of each change, and masks secrets', () => {
    const old = withWeb({ env: { TOKEN_A: 'old' }, 'secret-env': { B: 'old' } });
    const [step] = plan(withWeb({ env: { TOKEN_A: 'new' }, 'secret-env': { B: 'new' } }), hostOf(old)).steps;
    assert.deepEqual(
      step?.changes.map(({ Field, From, To, Origin }) => [Field, From, To, Origin]),
      [
        ['env.TOKEN_A', '********', '********', 'pouchd.yaml:/containers/web/env'],
        ['secret-env.B', '********', '********', 'pouchd.yaml:/containers/web/secret-env'],
      ],
    );
  });

  it('holds removals of more than a third of the containers that run', () => {
    const few = { ...before, containers: { web } };
    assert.deepEqual(shown(plan(few, hostOf(before))), [
      'held remove container box',
      'held remove container aa',
      'held remove container bb',
      'held remove container cc',
    ]);
    assert.ok(!shown(plan(few, hostOf(before), true)).some((line) => line.startsWith('held')));
  });

  it('holds what files without declarations would remove', () => {
    const { steps } = plan({}, hostOf({ containers: { aa: { image: 'a' } } }));
    assert.match(steps[0]?.held ?? '', /the files declare no container/);
  });

  it('removes and stops nothing while what was applied is lost, and does the rest', () => {
    const stops = { ...web, onRemove: 'stop' };
    const host = hostOf({ containers: { web, aa: web, stops }, networks: { lan: {} } });
    host.volumes = hostOf({ volumes: { data: { onRemove: 'remove' } } }).volumes;
    host.images.set('old', 'sha256:old');
    host.ownImages = ['old'];
    const wanted = { containers: { web: { ...web, memory: '9g' }, bb: web } };
    const steps = shown(plan(wanted, host, true, 'it is lost'));
    assert.deepEqual(steps.toSorted(), [
      'change container web: memory now',
      'create container bb',
      'held remove container aa',
      'held remove image old',
      'held remove network lan',
      'held remove volume data',
      'held stop container stops',
    ]);
  });

  it('adopts a container that was made by hand as it is declared, and leaves it alone while it differs', () => {
    const host = hostOf(before);
    const foreign = { ...host.containers[0]!, draft: { ...host.containers[0]!.draft, labels: {} } };
    const withForeign = { ...host, containers: [foreign, ...host.containers.slice(1)] };
    assert.deepEqual(shown(plan(before, withForeign)), ['adopt container web']);
    const { steps, problems } = plan(withWeb({ memory: '99m' }), withForeign);
    assert.deepEqual(shown({ steps, problems }), []);
    assert.match(
      problems[0]?.problem ?? '',
      /containers\.web: a container of this name was made by hand, and differs: memory .*`pouch adopt web`/,
    );
  });

  it('keeps the containers of broken declarations', () => {
    const { steps, problems } = plan(withWeb({ memory: 'much' }), hostOf(before));
    assert.deepEqual(shown({ steps, problems }), []);
    assert.match(problems[0]?.problem ?? '', /containers\.web\.memory/);
  });

  it('keeps or stops what says so once it is gone', () => {
    const old: Sections = {
      containers: {
        ...before.containers,
        kept: { image: 'a', onRemove: 'keep' },
        ended: { image: 'a', onRemove: 'stop' },
      },
    };
    assert.deepEqual(shown(plan({ containers: before.containers! }, hostOf(old))), ['stop container ended']);
  });

  it('has what a hand has changed as drift, and a newer image not', () => {
    const host = hostOf(before);
    host.containers[0]!.request.resources = { memory: 1 };
    const [byHand] = plan(before, host).steps;
    assert.deepEqual([byHand?.name, byHand?.isDrift], ['web', true]);
    const newer = hostOf(before);
    newer.images.set('nginx:1', 'sha256:newer');
    const [byPull] = plan(before, newer).steps;
    assert.deepEqual([byPull?.action, byPull?.isDrift], ['recreate', false]);
  });

  it('starts what was stopped by hand only as drift, and what has ended by itself not at all', () => {
    const host = hostOf(before);
    const [one, two, three] = host.containers;
    Object.assign(one!, { state: { status: 'exited' }, stoppedByUser: true });
    Object.assign(two!, { state: { status: 'exited' } });
    // As the host went down.
    Object.assign(three!, { state: { status: 'exited', unseenEnd: true } });
    const { steps } = plan(before, host);
    assert.deepEqual(
      steps.map(({ name, action, isDrift }) => [name, action, isDrift]),
      [
        ['web', 'start', true],
        [three!.name, 'start', false],
      ],
    );
  });

  it('replaces a network under its declared containers, and holds one with others on it, by their names', () => {
    const declared = (network: unknown) => ({
      ...withWeb({ network }),
      networks: { shop: { subnet: '10.2.0.0/24' } },
    });
    const usersOf = (network: unknown) => {
      const [step] = plan(declared(network), hostOf(withWeb({ network: 'shop' }))).steps;
      assert.ok(step?.kind === 'network' && step.held === undefined);
      const [change] = step.changes;
      assert.deepEqual([change?.From, change?.To], [['10.1.0.0/24'], ['10.2.0.0/24']]);
      return step.users;
    };
    assert.deepEqual(usersOf('shop'), [{ id: 'id-web', endpoint: {} }]);
    const second = ['bridge', { name: 'shop', ip: '10.2.0.9', alias: ['w'] }];
    assert.deepEqual(usersOf(second), [{ id: 'id-web', endpoint: { ip: '10.2.0.9', aliases: ['w'] } }]);
    assert.deepEqual(usersOf('bridge'), [{ id: 'id-web' }]);

    const host = hostOf(before);
    delete host.containers[0]!.draft.labels[labels.declared];
    const held = () => plan(declared('shop'), host).steps[0]?.held ?? '';
    assert.match(held(), /once no container runs on it that is not declared: web$/);
    Object.assign(host.containers[0]!, { state: { status: 'exited' } });
    assert.equal(held(), '');
    const gone = { ...before, networks: {} };
    assert.match(plan(gone, hostOf(before)).steps[0]?.held ?? '', /no longer declared.* uses it: web$/);
  });

  it('pulls declared images once, and removes those of the agent that are no longer declared or used', () => {
    const images = { 'nginx:1': {}, 'more:1': { keep: true } };
    const declared = { ...before, images };
    const host = hostOf(before);
    host.images.delete('nginx:1');
    assert.deepEqual(shown(plan(declared, host)), ['pull image nginx:1', 'pull image more:1']);
    assert.equal(plan(declared, host).steps[0]?.declared?.origin, 'pouchd.yaml:/images/nginx:1');

    const after = hostOf(before);
    after.images.set('old:1', 'sha256:old').set('used:1', 'sha256:a');
    after.ownImages.push('old:1', 'used:1', 'nginx:1', 'gone:1');
    assert.deepEqual(shown(plan(before, after)), ['remove image old:1', 'held remove image used:1']);
    assert.match(plan(before, after).steps[1]?.held ?? '', /once no container uses it: aa, bb, cc$/);
  });

  it('starts again what was stopped for a change that was cut off', () => {
    const host = hostOf(before);
    const [one] = host.containers;
    Object.assign(one!, { state: { status: 'exited' }, stoppedByUser: true });
    one!.draft.labels[labels.stopped] = '';
    const { steps } = plan(before, host);
    assert.deepEqual(
      steps.map(({ name, action, isDrift }) => [name, action, isDrift]),
      [['web', 'start', false]],
    );
  });

  it('continues a replacement that was cut off', () => {
    for (const names of [
      ['web', 'web.next'],
      ['web.previous', 'web.next'],
      ['web', 'web.previous'],
    ]) {
      const host = hostOf({ ...before, containers: { web } });
      const [old] = host.containers;
      const halves = names.map((name) => ({ ...old!, id: name, name }));
      const after = {
        ...before,
        containers: {
          web: { ...web, ...(names[0] === 'web' && names[1] === 'web.next' ? { user: '1' } : {}) },
        },
      };
      assert.deepEqual(
        plan(after, { ...host, containers: halves }).steps.map(({ name, action }) => [name, action]),
        [['web', 'recreate']],
        names.join(),
      );
    }
  });

  describe('has nothing for the same in other words', () => {
    for (const [what, old, words] of [
      ['an image', { image: 'nginx' }, { image: 'nginx:latest' }],
      ['a volume', {}, { volume: [], mount: ['type=volume,source=data,target=/data'] }],
      ['capabilities', { 'cap-drop': ['MKNOD', 'ALL'] }, { 'cap-drop': ['all', 'cap_mknod'] }],
      ['a signal', { 'stop-signal': 'SIGINT' }, { 'stop-signal': 'int' }],
      ['the number of a signal', { 'stop-signal': 'SIGINT' }, { 'stop-signal': '2' }],
      [
        'no new privileges',
        { 'security-opt': ['no-new-privileges'] },
        { 'security-opt': ['no-new-privileges:true'] },
      ],
      ['new privileges', {}, { 'security-opt': ['no-new-privileges=false'] }],
      ['the default network', { network: undefined }, { network: 'bridge' }],
    ] as [string, object, object][])
      it(what, () => {
        const undefinedLess = (one: object) =>
          Object.fromEntries(Object.entries(one).filter(([, value]) => value !== undefined));
        const first = withWeb({});
        const declared = undefinedLess({ ...web, ...old });
        const host = hostOf({ ...first, containers: { ...first.containers, web: declared } });
        for (const image of ['nginx', 'nginx:latest']) host.images.set(image, 'sha256:nginx');
        const after = { ...first, containers: { ...first.containers, web: { ...declared, ...words } } };
        assert.deepEqual(shown(plan(after, host)), []);
      });
  });

  describe('of a container that shares a namespace', () => {
    const side = { image: 'a', network: 'container:web', pid: 'container:db' };
    const owners = { web: { image: 'nginx:1' }, db: { image: 'a' } };
    const last: Sections = { containers: { side, ...owners } };
    const owned = (changes: object): Sections => ({
      containers: { side, ...owners, web: { ...owners.web, ...changes } },
    });
    const joined = (id = 'id-web'): Host => {
      const host = hostOf(last);
      const found = host.containers.find(({ name }) => name === 'side')!;
      Object.assign(found.draft, { namespaces: { network: `container:${id}`, pid: 'container:id-db' } });
      return host;
    };

    it('has nothing for a change of the owner while it runs', () =>
      assert.deepEqual(shown(plan(owned({ memory: '64m' }), joined())), [
        'change container web: memory now',
      ]));

    it('restarts and replaces it with the owner', () => {
      assert.deepEqual(shown(plan(owned({ env: { A: '1' } }), joined())), [
        'restart container side: network restart',
        'restart container web: env.A restart',
      ]);
      assert.deepEqual(shown(plan(owned({ user: '1' }), joined())), [
        'recreate container side: network recreate',
        'recreate container web: user recreate',
      ]);
    });

    it('replaces one whose owner was replaced, which nobody has changed by hand', () => {
      const [step] = plan(last, joined('id-gone')).steps;
      assert.deepEqual([step?.name, step?.action, step?.isDrift], ['side', 'recreate', false]);
    });
  });
});
