import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, stat, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { hostname } from 'node:os';
import { join, resolve } from 'node:path';
import { waitUntil } from '../../core/wait/waitUntil.ts';
import { Event } from '../../plugins/nri/gen/nri.ts';
import { cgroupFile } from '../support/cgroupFile.ts';
import { type Behaviour, NriTestPlugin } from '../support/nri/NriTestPlugin.ts';
import { sampleTests, someOf } from '../support/someOf.ts';
import { useDaemon } from '../support/useDaemon.ts';

const example = resolve(import.meta.dirname, '../../examples/nri-team-limits/10-team-limits');
const MiB = 2 ** 20;
const timeoutMs = 5_000;

describe('NRI plugins', function () {
  this.timeout(60_000);
  this.slow(10_000);
  const daemon = useDaemon();
  const { ok, pouch } = daemon;
  const connected: NriTestPlugin[] = [];

  const socket = () => join(daemon.it.dir, 'nri.sock');
  const yaml = (more = '', rest = '') => `cdi: { specDirs: ['${join(daemon.it.dir, 'cdi')}'] }
plugins:
  - name: nri
    options:
      socket: ${socket()}
      requestTimeoutMs: ${timeoutMs}
      ${more}
${rest}`;

  const known = () => yaml("plugins: { 10-test: { config: 'team: red' } }");
  before(async () => {
    await mkdir(join(daemon.it.dir, 'tools'));
    await writeFile(join(daemon.it.dir, 'tools/version'), 'tools 1\n');
    await daemon.it.configure(known());
    await daemon.it.restart();
  });

  async function plugin(behaviour: Behaviour = {}): Promise<NriTestPlugin> {
    const made = await NriTestPlugin.connect(socket(), behaviour);
    connected.push(made);
    return made;
  }

  /** Every test ends with a container that no plugin touches. */
  afterEach(async () => {
    await Promise.all(connected.splice(0).map((one) => one.close()));
    assert.ok(await waitUntil(async () => /^NAME[^\n]*$/.test(await ok('nri')), { withinMs: 30_000 }));
    assert.equal(await daemon.sh('echo plain'), 'plain');
    // `--rm` is worked off behind the exit of the command.
    assert.ok(
      await waitUntil(async () => (await ok('ps', '-aq')) === '', { withinMs: 30_000 }),
      await ok('ps', '-a'),
    );
  });

  const idOf = async (name: string) => (await daemon.it.inspect(name))!.Id;
  /** The limit that the kernel has. */
  const memoryOf = async (name: string) => {
    const { Pid } = (await daemon.it.inspect(name))!.State;
    return Number(cgroupFile(Pid, 'memory', 'memory.limit_in_bytes', 'memory.max')) / MiB;
  };
  const explained = async (name: string, field: string) =>
    (await ok('explain', name)).split('\n').findLast((line) => line.startsWith(field)) ?? '';

  it('serves a socket for root alone, and hands a plugin its configuration', async () => {
    assert.equal((await stat(socket())).mode & 0o777, 0o600);
    const { configured } = await plugin();
    assert.deepEqual(
      [configured?.config, configured?.runtimeName, configured?.requestTimeout],
      ['team: red', 'pouch', BigInt(timeoutMs)],
    );
  });

  it('adjusts a container: the fields are in it, and their blame names the NRI plugin', async () => {
    const seen = await plugin({
      create: ({ container }) => ({
        adjust: {
          env: [
            { key: 'TEAM', value: 'red' },
            { key: '-DROPPED', value: '' },
          ],
          annotations: { 'example.org/team': 'red' },
          mounts: [
            {
              destination: '/opt/tools',
              source: join(daemon.it.dir, 'tools'),
              type: 'bind',
              options: ['rbind', 'ro'],
            },
          ],
          rlimits: [{ type: 'RLIMIT_CORE', soft: 1024n, hard: 4096n }],
          linux: {
            devices: [{ path: '/dev/extra', type: 'c', major: 1n, minor: 5n }],
            resources: { memory: { limit: { value: BigInt(48 * MiB) } } },
            sysctl: { 'net.ipv4.ip_default_ttl': '99' },
          },
          hooks: { poststart: [{ path: '/bin/true', args: ['true', container!.name], env: [] }] },
        },
      }),
    });
    const flags = ['--name', 'adjusted', '-m', '96m', '-e', 'DROPPED=1'];
    const script =
      'echo $TEAM ${DROPPED-none}; cat /opt/tools/version; ulimit -Hc; cat /proc/sys/net/ipv4/ip_default_ttl; head -c1 /dev/extra | od -An -tx1; sleep 1000';
    await ok('run', '-d', ...flags, 'busybox', 'sh', '-c', script);
    const output = async () => (await ok('logs', 'adjusted')) === 'red none\ntools 1\n8\n99\n 00';
    assert.ok(await waitUntil(output, { withinMs: 30_000 }), await ok('logs', 'adjusted'));
    assert.equal(await memoryOf('adjusted'), 48);
    assert.match(await explained('adjusted', 'process.env.TEAM'), / red +nri\/10-test +container\.spec /);
    assert.match(await explained('adjusted', 'resources.memory.limit'), / nri\/10-test +container\.spec /);
    await ok('rm', '-f', 'adjusted');
    assert.ok(await seen.hasCall(/REMOVE_POD_SANDBOX adjusted/));
    assert.deepEqual(seen.calls, [
      'StateChange RUN_POD_SANDBOX adjusted',
      'CreateContainer adjusted',
      'StateChange POST_CREATE_CONTAINER adjusted',
      'StateChange START_CONTAINER adjusted',
      'StateChange POST_START_CONTAINER adjusted',
      'StopContainer adjusted',
      'StateChange STOP_POD_SANDBOX adjusted',
      'StateChange REMOVE_CONTAINER adjusted',
      'StateChange REMOVE_POD_SANDBOX adjusted',
    ]);
  });

  it('adds CDI devices, whose edits the plugin cdi applies, a seccomp profile and namespaces', async () => {
    const cdiDevice = (name: string) => ({
      name,
      containerEdits: {
        env: [`${name.toUpperCase()}=1`],
        deviceNodes: [{ path: `/dev/${name}`, hostPath: '/dev/zero' }],
      },
    });
    const spec = {
      cdiVersion: '0.6.0',
      kind: 'example.org/zero',
      devices: [cdiDevice('early'), cdiDevice('late')],
    };
    await mkdir(join(daemon.it.dir, 'cdi'), { recursive: true });
    await writeFile(join(daemon.it.dir, 'cdi/zero.json'), JSON.stringify(spec));
    const denied = { names: ['mkdir', 'mkdirat'], action: 'SCMP_ACT_ERRNO', errnoRet: { value: 28 } };
    const linux = {
      seccompPolicy: { defaultAction: 'SCMP_ACT_ALLOW', syscalls: [denied] },
      namespaces: [{ type: '-uts', path: '' }],
    };
    const asking = (device: string, more: object = linux) => ({
      create: () => ({
        adjust: {
          CDIDevices: [{ name: `example.org/zero=${device}` }],
          linux: more,
        },
      }),
    });
    const seen = await plugin(asking('late'));
    const script = 'echo $LATE $EARLY; hostname; head -c1 /dev/early /dev/late | od -An -tx1; mkdir /x 2>&1';
    const flags = ['--name', 'zero', '--device', 'example.org/zero=early'];
    await ok('run', '-d', ...flags, 'busybox', 'sh', '-c', `${script}; sleep 1000`);
    const output = async () => (await ok('logs', 'zero')).includes('No space left');
    assert.ok(await waitUntil(output, { withinMs: 30_000 }), await ok('logs', 'zero'));
    assert.equal((await ok('logs', 'zero')).split('\n').slice(0, 2).join(' '), `1 1 ${hostname()}`);
    assert.match(
      await explained('zero', 'cdiDevices["example.org/zero=late"]'),
      / nri\/10-test +container\.spec /,
    );
    assert.match(await explained('zero', 'process.env.LATE'), / cdi +container\.spec /);
    assert.match(await explained('zero', 'seccomp'), / nri\/10-test /);
    await ok('rm', '-f', 'zero');
    seen.behaviour = asking('missing');
    const missing = await pouch('create', 'busybox');
    assert.match(
      missing.stderr,
      /CDI device example\.org\/zero=missing not found[^\n]*; plugin nri\/10-test has set cdiDevices/,
    );
    assert.match(missing.stderr, /PCH_CDI_NOT_FOUND/);
    seen.behaviour = asking('late', { namespaces: [{ type: 'network', path: '' }] });
    const refused = await pouch('create', 'busybox');
    assert.match(
      refused.stderr,
      /expected pid, ipc, uts, cgroup in linux\.namespaces, found "network"[^]*nri\/10-test/,
    );
  });

  it('does not ask plugins for a plan that is only shown, and names them', async () => {
    const seen = await plugin();
    const plan = await ok('plan', 'run', 'busybox', 'true');
    assert.match(plan, /warning: made without plugin nri\/10-test: not asked/);
    assert.deepEqual(seen.calls, []);
  });

  it('has a plugin change an update, update other containers and evict one', async () => {
    for (const name of ['first', 'second'])
      await ok('run', '-d', '--name', name, '-m', '64m', '--stop-timeout', '0', 'busybox', 'sleep', '1000');
    const second = await idOf('second');
    const first = await idOf('first');
    const limit = (value: number) => ({ resources: { memory: { limit: { value: BigInt(value) } } } });
    const seen = await plugin({
      events: [Event.UPDATE_CONTAINER, Event.POST_UPDATE_CONTAINER],
      update: ({ container, linuxResources }) => ({
        update: [
          { containerId: container!.id, linux: limit(Number(linuxResources!.memory!.limit!.value) + MiB) },
          { containerId: second, linux: limit(80 * MiB) },
        ],
      }),
    });
    assert.equal(seen.synchronized?.containers.length, 2);
    await ok('update', '-m', '70m', 'first');
    assert.equal(await memoryOf('first'), 71);
    assert.match(await explained('first', 'resources.memory.limit'), / nri\/10-test +container\.preUpdate/);
    assert.ok(await waitUntil(async () => (await memoryOf('second')) === 80, { withinMs: 30_000 }));
    assert.match(await explained('second', 'resources.memory.limit'), / nri\/10-test +container\.preUpdate/);
    assert.ok(await seen.hasCall(/POST_UPDATE_CONTAINER first/));
    // Updates that plugins ask for are no events.
    assert.ok(!seen.calls.some((call) => call.endsWith('second')), seen.calls.join('\n'));

    const failed = await seen.updateContainers({
      update: [
        { containerId: first, linux: limit(72 * MiB) },
        { containerId: 'unknown', linux: limit(1) },
      ],
      evict: [{ containerId: second, reason: 'the node is full' }],
    });
    assert.deepEqual(
      failed.map(({ containerId }) => containerId),
      ['unknown'],
    );
    assert.equal(await memoryOf('first'), 72);
    assert.equal((await daemon.it.inspect('second'))!.State.Status, 'exited');
    assert.match(await daemon.it.log(), /evicts a container.*10-test.*the node is full/);
    await ok('rm', '-f', 'first', 'second');
  });

  it('synchronizes a plugin that connects again after a restart of pouchd, which announces its end', async () => {
    await ok('run', '-d', '--name', 'before', 'busybox', 'sleep', '1000');
    const old = await plugin();
    await daemon.it.restart();
    assert.ok(old.calls.includes('Shutdown'));
    assert.ok(old.isClosed);
    const again = await plugin({
      synchronize: ({ containers }) => ({
        update: containers.map(({ id }) => ({
          containerId: id,
          linux: { resources: { memory: { limit: { value: BigInt(50 * MiB) } } } },
        })),
      }),
    });
    assert.deepEqual(
      again.synchronized?.containers.map(({ name, state }) => [name, state]),
      [['before', 3]],
    );
    assert.ok(await waitUntil(async () => (await memoryOf('before')) === 50, { withinMs: 30_000 }));
    await ok('rm', '-f', 'before');
  });

  it('keeps its plugins at a reload', async () => {
    const seen = await plugin({ create: () => ({ adjust: { env: [{ key: 'KEPT', value: 'yes' }] } }) });
    await daemon.it.reload(/reload/);
    assert.equal(await daemon.sh('echo $KEPT'), 'yes');
    assert.ok(!seen.isClosed);
  });

  describe('of which one fails', function () {
    before(async () => {
      await daemon.it.configure(known());
      await daemon.it.reload(/reloaded/);
    });

    it('a plugin that hangs fails the create by name, delays no other call, and works again', async () => {
      await ok('run', '-d', '--name', 'other', 'busybox', 'sleep', '1000');
      const seen = await plugin({ events: [Event.CREATE_CONTAINER], create: () => 'hang' });
      let isWaiting = true;
      const hanging = pouch('run', '--rm', 'busybox', 'true').finally(() => (isWaiting = false));
      assert.ok(await seen.hasCall(/CreateContainer/));
      await ok('exec', 'other', 'true');
      await ok('rm', '-f', 'other');
      assert.ok(isWaiting, 'another call has waited');
      const { exitCode, stderr } = await hanging;
      assert.equal(exitCode, 125);
      assert.match(stderr, /did not settle within 5000 ms/);
      assert.match(stderr, /nri\/10-test/);
      assert.match(stderr, /code: PCH_DEADLINE/);
      assert.ok(!seen.isClosed);
      seen.behaviour = { create: () => ({ adjust: { env: [{ key: 'BACK', value: '1' }] } }) };
      assert.equal(await daemon.sh('echo $BACK'), '1');
    });

    it('a plugin that dies in the middle of a create fails it by name', async () => {
      await plugin({ events: [Event.CREATE_CONTAINER], create: () => 'die' });
      const { exitCode, stderr } = await pouch('run', '--rm', 'busybox', 'true');
      assert.equal(exitCode, 125);
      assert.match(stderr, /the connection of the NRI plugin 10-test has ended/);
      assert.match(stderr, /code: PCH_NRI_NOT_CONNECTED/);
    });

    it('an error of a plugin has its words and its name', async () => {
      await plugin({ create: () => new Error('no free CPU') });
      const { stderr } = await pouch('run', '--rm', 'busybox', 'true');
      assert.match(stderr, /no free CPU/);
      assert.match(stderr, /nri\/10-test/);
    });

    it('two plugins that set one field are both named, with the field', async () => {
      const setting = (value: string) => () => ({ adjust: { env: [{ key: 'TEAM', value }] } });
      await plugin({ create: setting('red') });
      const second = await plugin({ index: '20', name: 'blue', create: setting('blue') });
      const { stderr } = await pouch('run', '--rm', 'busybox', 'true');
      assert.match(stderr, /plugins nri\/10-test and nri\/20-blue both tried to set process\.env\.TEAM/);
      assert.match(stderr, /PCH_PLUGIN_CONFLICT/);
      // Both have seen a container that does not exist.
      assert.ok(await second.hasCall(/REMOVE_CONTAINER/));
      await second.close();
      assert.equal(await daemon.sh('echo $TEAM'), 'red');
    });

    it('refuses what it cannot adjust, by field and plugin', async () => {
      const seccompPolicy = { defaultAction: 'SCMP_ACT_ALLOW', flags: ['SECCOMP_FILTER_FLAG_LOG'] };
      await plugin({ create: () => ({ adjust: { linux: { seccompPolicy } } }) });
      const { stderr } = await pouch('run', '--rm', 'busybox', 'true');
      assert.match(stderr, /Pouch does not adjust linux\.seccomp_policy\.flags/);
      assert.match(stderr, /nri\/10-test/);
    });

    const harmful: Record<string, [Buffer, RegExp]> = {
      garbage: [
        Buffer.from('GET / HTTP/1.1\r\nHost: pouch\r\n\r\n'),
        /expected mux frames of at most|found one of/,
      ],
      'a frame of 100 MB': [
        Buffer.from([0, 0, 0, 2, 6, 0, 0, 0]),
        /at most 4194314 bytes, found one of 100663296/,
      ],
      'an invalid message': [
        Buffer.from([0, 0, 0, 2, 0, 0, 0, 12, 0, 0, 0, 2, 0, 0, 0, 1, 1, 0, 255, 255]),
        /expected a protobuf message/,
      ],
      'a response to nothing': [
        Buffer.from([0, 0, 0, 1, 0, 0, 0, 10, 0, 0, 0, 0, 0, 0, 0, 9, 2, 0]),
        /expected a response to a request/,
      ],
    };
    it(`${Object.keys(harmful).join(', ')}: each ends its own connection, with the reason in the log`, async () => {
      const good = await plugin({ create: () => ({ adjust: { env: [{ key: 'GOOD', value: '1' }] } }) });
      for (const [what, [bytes, reason]] of someOf(Object.entries(harmful))) {
        const before = (await daemon.it.log()).length;
        const bad = connect({ path: socket() });
        bad.on('error', () => {}).resume();
        bad.write(bytes);
        assert.ok(await waitUntil(() => bad.closed, { withinMs: 30_000, everyMs: 5 }), what);
        const log = (await daemon.it.log()).slice(before);
        assert.match(log, /PCH_NRI_PROTOCOL/);
        assert.match(log, reason);
      }
      assert.ok(!good.isClosed);
      assert.equal(await daemon.sh('echo $GOOD'), '1');
    });

    it('refuses invalid registrations, with the reason in the response and in the log', async () => {
      await assert.rejects(plugin({ index: '1' }), /expected an index of two digits, found "1"/);
      await plugin();
      await assert.rejects(plugin(), /not synchronized|closed/);
      assert.match(await daemon.it.log(), /an NRI plugin 10-test is connected already/);
    });

    sampleTests(this);
  });

  it('examples/nri-team-limits sets the limits of its configuration, and connects again', async () => {
    const config = JSON.stringify({ red: { memory: 64 * MiB } });
    await daemon.it.configure(yaml(`plugins: { 10-team-limits: { config: '${config}' } }`));
    await daemon.it.reload(/reloaded/);
    const child = spawn(example, [socket()], { stdio: ['ignore', 'inherit', 'inherit'] });
    const isConnected = async () => (await ok('nri')).includes('10-team-limits');
    try {
      assert.ok(await waitUntil(isConnected, { withinMs: 30_000 }));
      await ok('run', '-d', '--name', 'red', '-l', 'team=red', 'busybox', 'sleep', '1000');
      assert.equal(await memoryOf('red'), 64);
      assert.equal(await ok('exec', 'red', 'sh', '-c', 'echo $TEAM'), 'red');
      assert.match(await explained('red', 'process.env.TEAM'), / nri\/10-team-limits /);
      await ok('rm', '-f', 'red');
      const { stderr } = await pouch('run', '--rm', '-l', 'team=green', 'busybox', 'true');
      assert.match(stderr, /expected one of the teams red, found green/);
      assert.match(stderr, /by plugin nri\/10-team-limits at container\.spec/);
      await daemon.it.restart();
      assert.ok(await waitUntil(isConnected, { withinMs: 30_000 }));
    } finally {
      child.kill();
      await once(child, 'exit');
    }
  });

  it('creates no container without a required plugin, and continues without one under `skip`', async () => {
    await daemon.it.configure(yaml('plugins: { 10-test: { required: true } }'));
    await daemon.it.reload(/reloaded/);
    const { stderr } = await pouch('run', '--rm', 'busybox', 'true');
    assert.match(stderr, /the NRI plugin 10-test is not connected/);
    assert.match(stderr, /nri\/10-test/);
    assert.match((await pouch('doctor')).stdout, /NRI plugins.*10-test not connected/);
    await plugin();
    assert.equal(await daemon.sh('echo required'), 'required');
    await daemon.it.configure(yaml().replace('  - name: nri\n', '  - name: nri\n    onError: skip\n'));
    await daemon.it.reload(/reloaded/);
    await plugin({ create: () => 'hang' });
    assert.equal(await daemon.sh('echo skipped'), 'skipped');
    assert.match(await daemon.it.log(), /left out \(onError: skip\).*nri\/10-test/);
  });
});
