import assert from 'node:assert/strict';
import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { waitUntil } from '../../core/wait/waitUntil.ts';
import { someOf } from '../support/someOf.ts';
import { useDaemon } from '../support/useDaemon.ts';

interface Words {
  readonly [option: string]: unknown;
}
type Containers = Readonly<Record<string, Words>>;

const sleeper = { image: 'busybox', command: ['sleep', '1000'], network: 'none', 'stop-timeout': '0' };

describe('the host agent', function () {
  this.timeout(120_000);
  this.slow(20_000);
  const daemon = useDaemon();
  const { pouch, ok } = daemon;

  const write = (containers: Containers, others: object = {}) => daemon.it.declare({ containers, ...others });
  const apply = (...options: string[]) => pouch('apply', ...options);
  async function applied(containers: Containers, others?: object): Promise<string> {
    await write(containers, others);
    return await ok('apply');
  }
  const stateOf = async (name: string) => (await daemon.it.inspect(name))?.State.Status;
  const names = async () =>
    (await daemon.it.client.containers.list({ all: true })).flatMap(({ Names }) => Names).toSorted();

  afterEach(async () => {
    await write({});
    await ok('apply', '--prune', '--yes');
    assert.deepEqual(await names(), []);
  });

  it('creates what pouchd.yaml declares, in the order of dependencies, and does nothing twice', async () => {
    const file = {
      web: { ...sleeper, network: 'shop', dependsOn: { db: 'healthy' } },
      db: {
        ...sleeper,
        network: 'shop',
        volume: ['agent-data:/data'],
        'health-cmd': 'test -e /data/ready || { touch /data/ready; false; }',
        'health-interval': '200ms',
      },
    };
    const subnet = `198.18.${process.pid % 200}.0/28`;
    const others = { networks: { shop: { subnet } }, volumes: { 'agent-data': { onRemove: 'remove' } } };
    await write(file, others);
    const dry = await apply('--dry-run');
    assert.equal(dry.exitCode, 2, dry.stderr);
    assert.match(dry.stdout, /^\+ network shop: create {2}\(.*pouchd\.yaml:\d+\)$/m);
    assert.deepEqual(await names(), []);

    const output = await ok('apply');
    assert.match(
      output,
      /container db: create done\ncontainer web: create done\ngeneration 1: 4 done, 0 failed, 0 left/,
    );
    assert.equal(await stateOf('web'), 'running');
    const [first] = (await daemon.it.inspect('web'))!.Id.match(/.*/) ?? [];
    assert.equal(await ok('apply'), 'nothing to do');
    assert.equal((await apply('--dry-run')).exitCode, 0);
    assert.equal((await daemon.it.inspect('web'))!.Id, first);
    assert.match(await ok('status'), /^4 of 4 declared objects are as declared; generation 1/);
  });

  it('changes what can be changed in place, and replaces only what must be', async () => {
    const web = { ...sleeper, memory: '32m', env: { A: '1' } };
    await applied({ web });
    const before = (await daemon.it.inspect('web'))!;
    const live = await applied({
      web: { ...web, memory: '64m', label: { tier: 'front' }, restart: 'always' },
    });
    assert.match(live, /~ container web: change/);
    assert.match(live, /memory: 32m -> 64m {2}\(.*pouchd\.yaml:\d+\)/);
    const changed = (await daemon.it.inspect('web'))!;
    assert.equal(changed.Id, before.Id);
    assert.equal(changed.State.Pid, before.State.Pid);
    assert.equal(changed.HostConfig.Memory, 64 * 1024 * 1024);
    assert.equal(changed.Config.Labels?.['tier'], 'front');

    assert.match(await applied({ web: { ...web, memory: '64m', env: { A: '2' } } }), /env\.A: 1 -> 2/);
    const restarted = (await daemon.it.inspect('web'))!;
    assert.equal(restarted.Id, before.Id);
    assert.notEqual(restarted.State.Pid, before.State.Pid);
    assert.equal(await ok('exec', 'web', 'sh', '-c', 'echo $A'), '2');

    assert.match(await applied({ web: { ...web, user: '1000' } }), /± container web: recreate/);
    assert.notEqual((await daemon.it.inspect('web'))!.Id, before.Id);
    assert.deepEqual(await names(), ['/web']);
    assert.equal(await ok('apply'), 'nothing to do');
  });

  it('puts the previous container back if its replacement does not come up, and succeeds once that is corrected', async () => {
    const always = { ...sleeper, restart: 'always' };
    await applied({ web: always });
    const before = (await daemon.it.inspect('web'))!.Id;
    await write({ web: { ...always, command: ['no-such-program'] } });
    const failed = await apply();
    assert.equal(failed.exitCode, 1);
    assert.match(
      failed.stderr,
      /web: recreate failed: the new container web did not come up: .*no-such-program.*; the previous container runs again/,
    );
    assert.deepEqual([(await daemon.it.inspect('web'))!.Id, await stateOf('web')], [before, 'running']);
    assert.deepEqual(await names(), ['/web']);
    assert.equal((await daemon.it.inspect('web'))!.HostConfig.RestartPolicy?.Name, 'always');
    assert.match(
      (await pouch('status')).stdout,
      /container +web +failed +the new container web did not come up/,
    );
    assert.match(await applied({ web: { ...always, command: ['sleep', '900'] } }), /web: recreate done/);
  });

  it('keeps the last good files in force while the new ones have mistakes', async () => {
    await applied({ web: sleeper });
    for (const [containers, problem] of [
      [{ web: { ...sleeper, memory: 'much' } }, /pouchd\.yaml:\d+: containers\.web\.memory: expected a size/],
      [
        { web: sleeper, db: { ...sleeper, dependsOn: 'mq' } },
        /containers\.db\.dependsOn: expected declared containers, found mq/,
      ],
    ] as const) {
      await write(containers);
      const { exitCode, stderr } = await apply();
      assert.equal(exitCode, 1);
      assert.match(stderr, problem);
    }
    await daemon.it.configure('containers: {{{\n');
    assert.equal((await apply()).exitCode, 1);
    assert.equal(await stateOf('web'), 'running');
    // A daemon that starts with a broken declaration has the others.
    await write({ web: sleeper, db: { ...sleeper, memory: 'much' }, mq: sleeper });
    await daemon.it.restart();
    assert.ok(await waitUntil(async () => (await stateOf('mq')) === 'running', { withinMs: 20_000 }));
    assert.match((await pouch('status')).stdout, /container +db +broken +.*containers\.db\.memory/);
    assert.equal(await ok('ps', '-q', '--filter', 'name=web').then((ids) => ids.length > 0), true);
  });

  it('creates again what was removed by hand, and undoes other changes by hand only when it is asked to', async () => {
    await applied({ web: { ...sleeper, memory: '32m' }, db: sleeper });
    await ok('rm', '-f', 'db');
    assert.ok(await waitUntil(async () => (await stateOf('db')) === 'running', { withinMs: 20_000 }));
    await ok('update', '--memory', '48m', 'web');
    await ok('stop', 'db');
    await daemon.it.reload(/configuration reloaded/);
    const { stdout } = await pouch('status');
    assert.match(stdout, /container +web +drifted +change: memory/);
    assert.match(stdout, /container +db +stopped/);
    const drift = await pouch('drift');
    assert.equal(drift.exitCode, 1);
    assert.match(
      drift.stdout,
      /^container web\n {4}memory: declared 32m, found 48m .*\n {4}\S+ update by user 0$/m,
    );
    assert.match(drift.stdout, /^container db: stopped\n( {4}\S+ \w+ by user 0\n)*? {4}\S+ stop by user 0$/m);
    await ok('apply');
    assert.equal((await daemon.it.inspect('web'))!.HostConfig.Memory, 32 * 1024 * 1024);
    assert.equal(await stateOf('db'), 'running');
    assert.equal(await ok('drift'), '');
  });

  it('gives a container its name again, and its network, without another one in its place', async () => {
    const subnet = `10.${80 + (process.pid % 100)}.5.0/24`;
    const ip = subnet.replace('0/24', '9');
    await daemon.it.declare({
      networks: { shop: { subnet } },
      containers: { web: { ...sleeper, network: { name: 'shop', ip, alias: ['w'] } }, db: sleeper },
    });
    await apply();
    const before = await daemon.it.inspect('web');
    await ok('rename', 'db', 'other');
    await ok('network', 'disconnect', 'shop', 'web');
    const drift = await pouch('drift');
    assert.match(
      drift.stdout,
      /^container db\n {4}name: declared db, found other\n {4}\S+ rename by user 0$/m,
    );
    assert.match(drift.stdout, /^container web\n {4}network: declared shop, found \(not set\)/m);
    // On its own it creates no second one.
    await ok('rm', '-f', (await ok('create', '--network', 'none', 'busybox', 'true')).trim());
    assert.ok(
      await waitUntil(async () => !/busy/.test((await pouch('status')).stdout), { withinMs: 10_000 }),
    );
    assert.deepEqual((await names()).toSorted(), ['/other', '/web']);
    assert.match(await ok('apply'), /~ container web: change [^]*container db: change done/);
    assert.deepEqual((await names()).toSorted(), ['/db', '/web']);
    const web = (await daemon.it.inspect('web'))!;
    assert.deepEqual([web.Id, web.State.Pid], [before!.Id, before!.State.Pid]);
    assert.equal(web.NetworkSettings.Networks?.['shop']?.IPAddress, ip);
    assert.equal(await ok('apply'), 'nothing to do');
    await ok('rename', 'web', 'renamed');
    await daemon.it.declare({
      networks: { shop: { subnet } },
      containers: { web: { ...sleeper, network: 'shop', user: '1' }, db: sleeper },
    });
    assert.match(await ok('apply'), /± container web: recreate/);
    assert.deepEqual((await names()).toSorted(), ['/db', '/web']);
  });

  it('holds removals of more than a third, and never touches what it has not made', async () => {
    await ok('run', '-d', '--name', 'mine', '--network', 'none', 'busybox', 'sleep', '1000');
    await applied({ web: sleeper, db: sleeper });
    await write({ web: sleeper, mine: sleeper });
    const held = await apply();
    assert.equal(held.exitCode, 1);
    assert.match(
      held.stdout,
      /! .*containers\.mine: a container of this name was made by hand, and differs: stop-timeout/,
    );
    await write({});
    assert.match(
      (await apply()).stdout,
      /held: it ends 1 of 2 containers that run \(the files declare no container\)/,
    );
    assert.equal(await stateOf('web'), 'running');
    assert.match(await ok('apply', '--prune', '--yes'), /container web: remove done/);
    assert.deepEqual(await names(), ['/mine']);
    await ok('rm', '-f', 'mine');
  });

  it('replaces replicas one after another, and leaves the others once one does not come up', async () => {
    const web = (command: string, healthCmd = 'true') => ({
      ...sleeper,
      command: ['sh', '-c', `exec sleep ${command}`],
      replicas: 3,
      update: { order: 'start-first', deadline: '20s' },
      'health-cmd': healthCmd,
      'health-interval': '100ms',
      'health-retries': '1',
    });
    await applied({ web: web('1000') });
    const ids = async () =>
      await Promise.all([1, 2, 3].map(async (number) => (await daemon.it.inspect(`web-${number}`))!.Id));
    const before = await ids();
    await write({ web: web('1001', 'false') });
    const { exitCode, stderr, stdout } = await apply();
    assert.equal(exitCode, 1);
    assert.match(stderr, /web-1: recreate failed: .*; the previous container still runs/);
    assert.match(stdout, /web-2: waits for web-1, which has failed/);
    assert.deepEqual(await ids(), before);
    assert.deepEqual(await names(), ['/web-1', '/web-2', '/web-3']);

    assert.match(
      await applied({ web: web('1002') }),
      /web-1: recreate done[^]*web-2: recreate done[^]*web-3: recreate done/,
    );
    assert.ok((await ids()).every((id) => !before.includes(id)));
    assert.match(await applied({ web: { ...web('1002'), replicas: 2 } }), /container web-3: remove done/);
  });

  it('applies profiles, and what changes in them', async () => {
    const web = { ...sleeper, profiles: ['small'] };
    await applied({ web }, { profiles: { small: { memory: '32m' } } });
    assert.equal((await daemon.it.inspect('web'))!.HostConfig.Memory, 32 * 1024 * 1024);
    assert.equal(await ok('apply'), 'nothing to do');
    const output = await applied({ web }, { profiles: { small: { memory: '48m' } } });
    assert.match(output, /~ container web: change[^]*memory: 32m -> 48m/);
    assert.equal((await daemon.it.inspect('web'))!.HostConfig.Memory, 48 * 1024 * 1024);
  });

  it('applies what profiles and plugins say now once they are loaded again, without an apply', async () => {
    const file = join(daemon.it.dir, 'tiers.mjs');
    const tiers = (memory: number) =>
      writeFile(
        file,
        `import { definePlugin } from 'pouch/hooks';
        export default definePlugin({
          name: 'tiers',
          setup({ profile }) {
            profile({ name: 'tier', parts: [{ option: 'memory', request: { resources: { memory: ${memory} } }, shown: ${memory} }] });
          },
        });`,
      );
    const memoryOf = async (name: string) => (await daemon.it.inspect(name))?.HostConfig.Memory;
    const has = async (name: string, mib: number) =>
      assert.ok(
        await waitUntil(async () => (await memoryOf(name)) === mib * 1024 * 1024, { withinMs: 20_000 }),
        `${name}: expected ${mib} MiB, found ${await memoryOf(name)}`,
      );
    await tiers(32 * 1024 * 1024);
    const plugins = [{ path: file }];
    const profiles = (memory: string) => ({ plugins, profiles: { small: { memory } } });
    const containers = { web: { ...sleeper, profiles: ['small'] }, db: { ...sleeper, profiles: ['tier'] } };
    await applied(containers, profiles('32m'));
    const before = (await daemon.it.inspect('db'))!.Id;

    await write(containers, profiles('48m'));
    await daemon.it.reload(/configuration reloaded/);
    await has('web', 48);
    await tiers(40 * 1024 * 1024);
    await ok('plugin', 'reload');
    await has('db', 40);
    assert.equal((await daemon.it.inspect('db'))!.Id, before);

    // Without its profile a container stays as it is; with it, it gets what has changed meanwhile.
    await ok('plugin', 'disable', 'tiers');
    assert.match((await pouch('status')).stdout, /container +db +broken +.*tier/);
    assert.equal(await stateOf('db'), 'running');
    await tiers(56 * 1024 * 1024);
    await ok('plugin', 'enable', 'tiers');
    await has('db', 56);
  });

  it('changes labels of a volume, and keeps its data as the files have said last', async () => {
    const web = { ...sleeper, volume: ['kept:/data'] };
    await write({ web }, { volumes: { kept: { onRemove: 'remove', label: { a: '1' } } } });
    await ok('apply');
    await ok('exec', 'web', 'touch', '/data/file');
    await write({ web }, { volumes: { kept: { label: { b: '2' } } } });
    const dry = await apply('--dry-run');
    assert.equal(dry.exitCode, 2);
    assert.match(
      dry.stdout,
      /~ volume kept: change .*\n.*label\.a: 1 -> \(not set\).*\n.*label\.b: \(not set\) -> 2/,
    );
    assert.match(dry.stdout, /onRemove: remove -> keep {2}\(/);
    await ok('apply');
    assert.equal(await ok('apply'), 'nothing to do');
    assert.equal((await daemon.it.client.volumes.inspect('kept')).Labels?.['b'], '2');
    await write({});
    await ok('apply', '--prune', '--yes');
    assert.equal(await daemon.sh('ls /data', '-v', 'kept:/data'), 'file');
    // Who wants it gone declares that first.
    await write({}, { volumes: { kept: { onRemove: 'remove' } } });
    await ok('apply');
    await write({});
    await ok('apply', '--prune', '--yes');
    await assert.rejects(daemon.it.client.volumes.inspect('kept'), { code: 'PCH_VOLUME_NOT_FOUND' });
  });

  it('holds a network that containers use, and replaces it once they have ended', async () => {
    const network = (subnet: number) => ({
      networks: { shop: { subnet: `198.18.${(process.pid + subnet) % 200}.0/28` } },
    });
    await applied({ web: sleeper }, network(1));
    await ok(
      'run',
      '-d',
      '--name',
      'guest',
      '--stop-timeout',
      '0',
      '--network',
      'shop',
      'busybox',
      'sleep',
      '1000',
    );
    await write({ web: sleeper }, network(2));
    const held = await apply();
    assert.match(held.stdout, /± network shop: recreate[^]*held: it cannot change.* not declared: guest$/m);
    const log = await daemon.it.log();
    assert.match((await pouch('status')).stdout, /network +shop +held +it cannot change/);
    await ok('rm', '-f', 'guest');
    assert.ok(await waitUntil(async () => (await pouch('status')).exitCode === 0, { withinMs: 20_000 }));
    assert.doesNotMatch((await daemon.it.log()).slice(log.length), /network is in use/i);
  });

  it('replaces a network under its containers, which continue to run, also if pouchd is killed', async () => {
    const subnet = (number: number) => `198.18.${(process.pid + number) % 200}`;
    const shop = (number: number, more: object = {}) => ({
      networks: { shop: { subnet: `${subnet(number)}.0/28`, ...more }, back: {} },
    });
    const web = { ...sleeper, network: ['shop', 'back'], publish: ['127.0.0.1::80'] };
    const containers = (number: number) => ({
      web,
      db: { ...sleeper, network: ['back', { name: 'shop', ip: `${subnet(number)}.9`, alias: ['data'] }] },
    });
    await applied(containers(3), shop(3));
    const pids = async () =>
      Promise.all(['web', 'db'].map(async (one) => (await daemon.it.inspect(one))!.State.Pid));
    const before = await pids();
    const works = async (number: number) => {
      const networks = async (one: string) => (await daemon.it.inspect(one))!.NetworkSettings.Networks ?? {};
      assert.ok((await networks('web'))['shop']?.IPAddress?.startsWith(`${subnet(number)}.`));
      assert.equal((await networks('db'))['shop']?.IPAddress, `${subnet(number)}.9`);
      assert.match(await ok('exec', 'web', 'nslookup', 'data'), new RegExp(`${subnet(number)}.9`));
      assert.equal(await ok('apply'), 'nothing to do');
      assert.deepEqual(await pids(), before);
    };
    await works(3);

    await write(containers(4), shop(4));
    const dry = await apply('--dry-run');
    assert.match(dry.stdout, /± network shop: recreate/);
    assert.doesNotMatch(dry.stdout, /held|web|± container/);
    assert.match(await ok('apply'), /network shop: recreate done/);
    await works(4);

    // One that cannot be replaced stays as it is.
    await write(containers(4), shop(4, { driver: 'none-such' }));
    assert.equal((await apply()).exitCode, 1);
    assert.deepEqual(await pids(), before);
    await write(containers(4), shop(4));
    await ok('apply');
    await works(4);

    const networkOf = async () =>
      (await daemon.it.client.networks.list()).find(({ Name }) => Name === 'shop');
    const moments = {
      5: async () => !(await daemon.it.inspect('web'))?.NetworkSettings.Networks?.['shop'],
      6: async () => (await networkOf()) === undefined,
      7: async () => (await networkOf())?.IPAM.Config?.[0]?.Subnet === `${subnet(7)}.0/28`,
    };
    for (const [key, isNow] of Object.entries(moments)) {
      const number = Number(key);
      await write(containers(number), shop(number));
      const applying = apply();
      await waitUntil(isNow, { withinMs: 5000, everyMs: 5 });
      await daemon.it.kill9();
      await applying;
      await daemon.it.start();
      const isUp = async () => /^(\d+) of \1 declared/.test((await pouch('status')).stdout);
      assert.ok(await waitUntil(isUp, { withinMs: 30_000 }), (await pouch('status')).stdout);
      await works(number);
    }
  });

  it('starts a container with a schedule only when it is due', async () => {
    await applied({ job: { ...sleeper, command: ['true'], schedule: '0 0 1 1 *' } });
    assert.equal(await stateOf('job'), 'created');
    assert.equal(await ok('apply'), 'nothing to do');
    await ok('start', 'job');
    await daemon.it.until('job', 'exited');
    assert.equal(await ok('apply'), 'nothing to do');
  });

  it('hands secrets from files to containers, and shows them nowhere', async () => {
    const secret = join(daemon.it.dir, 'password');
    const values = ['first-horse-battery', 'second-staple-battery'];
    const outputs: string[] = [];
    const note = async (...words: string[]) => {
      const { stdout, stderr } = await pouch(...words);
      outputs.push(stdout, stderr);
      return stdout;
    };
    const file = '${file:' + secret + '}';
    const web = {
      ...sleeper,
      'secret-env': { PW: file },
      env: { OTHER: file },
      label: { note: `a ${file}` },
    };
    for (const value of values) {
      await writeFile(secret, `${value}\n`, { mode: 0o600 });
      await write({ web });
      await note('apply', '--dry-run');
      await note('apply');
      assert.equal(await ok('exec', 'web', 'sh', '-c', 'echo $PW $OTHER'), `${value} ${value}`);
      await note('apply');
      await note('status', '--all');
      await note('explain', 'web');
    }
    const printed = await daemon.it.pouchd('--print-config');
    assert.ok(printed.stdout.includes(`PW: ${file}`), printed.stdout);
    // A mistake in such a value.
    await write({ web: { ...web, memory: file } });
    assert.match(await note('apply').then(() => outputs.at(-1)!), /containers\.web\.memory: expected a size/);
    const checked = await daemon.it.pouchd('--check-config');
    assert.match(checked.stdout, /containers\.web\.memory: expected a size/);
    // The values that containers have are known also without the file.
    await write({ web: sleeper });
    await note('apply', '--dry-run');
    await ok('apply', '--pause');
    await daemon.it.restart();
    assert.match(await note('apply', '--dry-run'), /label\.note: \*{8} -> \(not set\)/);
    await write({ web });
    assert.equal(await ok('apply', '--resume'), 'nothing to do');
    await chmod(secret, 0o644);
    await note('apply');
    assert.match(outputs.at(-1)!, /expected a file that only root can read, found .*password with mode 0644/);
    outputs.push(printed.stdout, checked.stdout, checked.stderr, await daemon.it.log());
    for (const value of values)
      assert.deepEqual(
        outputs.filter((output) => output.includes(value)),
        [],
      );
    await chmod(secret, 0o600);
    assert.match(await ok('apply'), /nothing to do/);
  });

  it('continues where it was when pouchd is killed', async () => {
    const points = [
      'after:create:snapshot',
      'before:start:container',
      'before:start:task',
      'after:stop:task',
      'after:remove:snapshot',
    ];
    for (const point of someOf(points, 'a replacement')) {
      await applied({ web: sleeper });
      await daemon.it.restart({ failpoint: point });
      await write({ web: { ...sleeper, user: '1000' } });
      const { exitCode } = await apply();
      // Not every step is one of a replacement.
      if (!daemon.it.isRunning || exitCode !== 0) {
        await daemon.it.ended();
        await daemon.it.start();
      } else await daemon.it.restart();
      const isDone = async () =>
        (await daemon.it.inspect('web'))?.Config.User === '1000' &&
        (await stateOf('web')) === 'running' &&
        (await names()).join() === '/web';
      assert.ok(await waitUntil(isDone, { withinMs: 30_000 }), `${point}: ${(await names()).join()}`);
      assert.equal(await ok('apply'), 'nothing to do', point);
      await write({});
      await ok('apply', '--prune', '--yes');
    }
  });
});
