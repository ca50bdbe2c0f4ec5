import assert from 'node:assert/strict';
import { chmod, cp, readFile, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { execa } from 'execa';
import { waitUntil } from '../../core/wait/waitUntil.ts';
import { sampleTests, someOf } from '../support/someOf.ts';
import { useDaemon } from '../support/useDaemon.ts';

const project = resolve(import.meta.dirname, '../..');
const steps = ['before', 'applied', 'after'].flatMap((moment) => [
  `${moment}:start:network.eth0`,
  `${moment}:stop:undo network.eth0`,
]);

describe('network drivers', function () {
  this.timeout(120_000);
  this.slow(10_000);
  const daemon = useDaemon();
  const { ok, pouch } = daemon;
  const at = (name: string) => join(daemon.it.dir, name);
  /** The host’s ends of the LAN, by a number of this process: other tests run beside it. */
  const parent = `pt${process.pid % 100_000}a`;
  const router = `pt${process.pid % 100_000}b`;
  const options = { parent, subnet: '198.18.77.0/24', first: '198.18.77.10', last: '198.18.77.11' };

  interface Network {
    driver: string;
    options?: object;
  }

  /** The example’s entry, that of the bad drivers, and networks. */
  const configure = async (networks: Record<string, Network>, standard = 'bridge') => {
    const effects = { 'host.link': [{ type: 'macvlan', parent, address: options.subnet }] };
    const grants = { effects, services: { containers: ['list'] } };
    const plugins = [
      { path: at('lan.ts'), grants },
      {
        path: at('badNetworks.ts'),
        options: { dir: daemon.it.dir },
        grants: { effects: { 'host.link': true } },
      },
    ];
    const network = { networks, default: standard };
    await daemon.it.configure(`plugins: ${JSON.stringify(plugins)}\nnetwork: ${JSON.stringify(network)}\n`);
    await ok('plugin', 'reload');
  };
  const bad = (fault: string): Network => ({ driver: 'bad', options: { fault } });
  const failing = async (...args: string[]) => {
    const { exitCode, stdout, stderr } = await pouch(...args);
    assert.notEqual(exitCode, 0, stdout);
    return stdout + stderr;
  };
  /** `--rm` is worked off behind the exit of its command. */
  const noContainer = async () =>
    assert.ok(await waitUntil(async () => (await ok('ps', '-aq')) === '', { withinMs: 20_000 }));
  const macvlans = async () =>
    (await execa('ip', ['-o', '-d', 'link', 'show', 'type', 'macvlan'])).stdout.split('\n').filter(Boolean);
  const plainRun = async () => {
    assert.match(await daemon.sh('ip -4 addr show eth0'), /inet 10\.|inet 172\./);
    assert.equal(await daemon.sh('ls /sys/class/net', '--network', 'none'), 'lo');
    await noContainer();
    assert.deepEqual(await macvlans(), []);
  };

  before(async () => {
    await execa('ip', ['link', 'add', parent, 'type', 'veth', 'peer', 'name', router]);
    for (const name of [parent, router]) await execa('ip', ['link', 'set', name, 'up']);
    await cp(join(project, 'examples/lan/lan.ts'), at('lan.ts'));
    await cp(join(project, 'test/integration/support/plugins/badNetworks.ts'), at('badNetworks.ts'));
  });
  after(async () => {
    await execa('ip', ['link', 'del', parent]);
  });

  describe('examples/lan, in a confined process', () => {
    before(() => configure({ lan: { driver: 'lan', options } }));

    it('gives ten creates at the same time ten addresses', async () => {
      await configure({ wide: { driver: 'lan', options: { ...options, last: '198.18.77.19' } } });
      const names = Array.from({ length: 10 }, (_, index) => `at-once-${index}`);
      await Promise.all(names.map((name) => ok('create', '--name', name, '--network', 'wide', 'busybox')));
      const addressOf = async (name: string) => {
        const { Id = '' } = (await daemon.it.inspect(name)) ?? {};
        const plan = await readFile(join(daemon.it.root, 'containers', Id, 'config.json'), 'utf8');
        return /"address":\s*"(198\.18\.77\.\d+)\/24"/.exec(plan)?.[1];
      };
      const addresses = await Promise.all(names.map(addressOf));
      const all = Array.from({ length: 10 }, (_, index) => `198.18.77.${10 + index}`);
      assert.deepEqual(addresses.toSorted(), all);
      assert.match(await failing('create', '--network', 'wide', 'busybox'), /no address from .* is free/);
      const own = ['--network', 'wide', '--ip', '198.18.77.12', 'busybox'];
      assert.match(await failing('create', ...own), /198\.18\.77\.12 belongs to another container/);
      await ok('rm', ...names);
      await ok('rm', await ok('create', ...own));
      await configure({ lan: { driver: 'lan', options } });
    });

    it('has its options checked by --check-config, which sets it up without its rights', async () => {
      assert.deepEqual(await daemon.it.pouchd('--check-config').then(({ exitCode }) => exitCode), 0);
      const { first, ...wrong } = options;
      await configure({
        wrong: { driver: 'lan', options: { ...wrong, from: first } },
        gone: { driver: 'lam' },
      });
      const { exitCode, stdout } = await daemon.it.pouchd('--check-config');
      assert.equal(exitCode, 1);
      assert.match(
        stdout,
        /^\S+pouchd\.yaml:\d+: network wrong \(driver lan\): .*required property 'first'/m,
      );
      assert.match(stdout, /option from is unknown \(known are parent, .*PCH_OPTION_INVALID/);
      assert.match(stdout, /the network gone has the driver "lam", which no plugin provides/);
      assert.match(stdout, /^2 problems$/m);
      const inPouchd = { path: at('lan.ts'), isolation: 'in-process' };
      const network = { networks: { lan: { driver: 'lan', options } } };
      await daemon.it.configure(
        `plugins: ${JSON.stringify([inPouchd])}\nnetwork: ${JSON.stringify(network)}\n`,
      );
      const unchecked = await daemon.it.pouchd('--check-config');
      assert.equal(unchecked.exitCode, 0);
      assert.match(unchecked.stdout, /^network lan is not checked: its driver may be one of \S+lan\.ts, /m);
      await configure({ lan: { driver: 'lan', options } });
    });

    it('attaches containers to the LAN of an interface, each with an address', async () => {
      await ok('run', '-d', '--name', 'one', '--network', 'lan', 'busybox', 'sleep', '1000');
      await ok(
        'run',
        '-d',
        '--name',
        'two',
        '--network',
        'lan',
        '--mac-address',
        '02:00:00:00:00:07',
        'busybox',
        'sleep',
        '1000',
      );
      const [{ NetworkSettings: found }] = JSON.parse(await ok('inspect', 'two'));
      assert.equal(found.IPAddress, '198.18.77.11');
      assert.equal(found.Networks.lan.IPPrefixLen, 24);
      assert.equal(found.Networks.lan.MacAddress, '02:00:00:00:00:07');
      assert.match(
        await ok('exec', 'one', 'ping', '-c', '1', '-W', '5', '198.18.77.11'),
        /1 packets received/,
      );
      assert.match(await ok('exec', 'one', 'cat', '/etc/hosts'), /^198\.18\.77\.10\t/m);
      assert.match(await failing('create', '--network', 'lan', 'busybox'), /no address from .* is free/);
      assert.match(
        await failing('create', '--network', 'lan', '--ip', '198.18.77.10', 'busybox'),
        /198\.18\.77\.10 belongs to another container/,
      );
      assert.match(
        await ok('effects', 'ls', 'one'),
        /network\.eth0 +start +applied +lan +attach eth0 by macvlan/,
      );
      await ok('restart', '-t', '0', 'one');
      await ok('exec', 'one', 'ping', '-c', '1', '-W', '5', '198.18.77.11');
      await ok('rm', '-f', 'one', 'two');
      await plainRun();
    });

    it('is shown where networks and drivers are', async () => {
      assert.match(
        await ok('info', '--format', '{{json .Plugins.Network}}'),
        /\["bad","bridge","host","ipvlan","lan","macvlan","null"\]/,
      );
      assert.match(await ok('doctor'), /network lan: driver lan/);
      const unix = ['-sS', '--unix-socket', join(daemon.it.state, 'pouchd.sock')];
      const { stdout } = await execa('curl', [...unix, 'http://localhost/networks/lan']);
      assert.equal(JSON.parse(stdout).Driver, 'lan');
      assert.match(
        await ok('plan', 'run', '--network', 'lan', 'busybox'),
        /attach eth0 by macvlan to pt\d+a as 198\.18\.77\.10\/24/,
      );
      await plainRun();
    });

    it('may be the default, and publishes no ports', async () => {
      assert.match(
        await failing('create', '--network', 'lan', '-p', '80', 'busybox'),
        /ports cannot be published with/,
      );
      const networks = { lan: { driver: 'lan', options } };
      await configure(networks, 'lan');
      assert.match(await daemon.sh('ip -4 addr show eth0'), /inet 198\.18\.77\.10\/24/);
      await configure(networks);
      await plainRun();
    });

    it('pouchd, killed at a step, leaves no interface', async () => {
      for (const step of someOf(steps)) {
        await daemon.it.restart({ failpoint: step });
        const cutOff = pouch('run', '--rm', '--network', 'lan', 'busybox', 'true');
        assert.equal(await daemon.it.ended(), 'SIGKILL', step);
        await cutOff;
        await daemon.it.start();
        const left = (await ok('ps', '-aq')).split('\n').filter(Boolean);
        if (left.length > 0) await pouch('rm', '-f', ...left);
        await noContainer();
        assert.deepEqual(await macvlans(), [], step);
        await plainRun();
      }
    });
  });

  it('the driver in Python of the guide works', async () => {
    const guide = await readFile(join(project, 'docs/guides/network-drivers.md'), 'utf8');
    await writeFile(at('lab'), /```python\n([^]*?)```/.exec(guide)![1]!);
    await chmod(at('lab'), 0o755);
    const { bridge } = daemon.it.names;
    const grants = { effects: { 'host.link': [{ type: 'veth', parent: bridge }] } };
    const networks = { lab: { driver: 'lab', options: { bridge } } };
    await daemon.it.configure(
      `plugins: ${JSON.stringify([{ path: at('lab'), grants }])}\nnetwork: ${JSON.stringify({ networks })}\n`,
    );
    await ok('plugin', 'reload');
    const hostEnds = async () =>
      [...(await daemon.it.inventory())].filter((line) => /^interface pv[0-9a-f]{12}$/.test(line));
    await ok('run', '-d', '--name', 'one', '--network', 'lab', 'busybox', 'sleep', '1000');
    assert.match(await ok('exec', 'one', 'ls', '/sys/class/net'), /eth0/);
    assert.equal((await hostEnds()).length, 1);
    await ok('rm', '-f', 'one');
    assert.deepEqual(await hostEnds(), []);
    await plainRun();
  });

  const faults: Record<string, RegExp> = {
    check: /no such patch panel/,
    throws: /the switch is off/,
    hangs: /attach of the network driver bad did not end within 5000 ms/,
    spins: /did not end within 5000 ms/,
    exits: /its process ended/,
    text: /expected a map of effects/,
    unnamed: /expected an effect named attach, found cable/,
    many: /expected at most 16 effects, found 17/,
    needy: /needs b, which is not another effect of the attachment/,
    args: /its effect attach \(host\.link\) cannot be applied: \w+: expected/,
    missing: /the host has no interface no-such0/,
    core: /no grant for|effect/,
    unknown: /no grant for|no plugin provides/,
  };

  describe('with a fault', function () {
    it('an unknown network, driver or option is an error of the create, of the plan and of doctor', async () => {
      await configure({
        typo: { driver: 'lna' },
        wrong: { driver: 'lan', options: { ...options, subnets: 'x', first: 'y' } },
        outside: { driver: 'lan', options: { ...options, first: '192.0.2.1' } },
        count: { driver: 'bad', options: { fault: 'none', count: 'x' } },
      });
      const expected = {
        lann: /network lann not found/,
        lan: /network lan not found/,
        typo: /the network typo has the driver "lna", which no plugin provides/,
        wrong: /network wrong \(driver lan\): .*(subnets|first)/,
        outside: /expected addresses of 198\.18\.77\.0\/24, found 192\.0\.2\.1/,
        count: /count must be integer/,
      };
      for (const [name, problem] of Object.entries(expected)) {
        assert.match(await failing('create', '--network', name, 'busybox'), problem);
        assert.match(await failing('plan', 'run', '--network', name, 'busybox'), problem);
      }
      const { stdout } = await pouch('doctor');
      for (const name of ['typo', 'wrong', 'outside', 'count'])
        assert.match(stdout, new RegExp(`no +network ${name}`));
      assert.match(await daemon.it.log(), /network typo cannot be used/);
      await configure({ lan: { driver: 'lan', options } });
      await plainRun();
    });

    it('a driver that fails costs its own containers', async () => {
      const names = someOf(Object.keys(faults));
      await configure(Object.fromEntries(names.map((name) => [name, bad(name)])));
      for (const name of names) {
        const error = await failing('run', '--rm', '--network', name, 'busybox', 'true');
        assert.match(error, faults[name]!, `${name}: ${error}`);
        await noContainer();
      }
      await plainRun();
    });

    it('an effect of its own has the address; an undo that fails is retried', async () => {
      await configure({ cable: bad('cable'), empty: bad('none') });
      assert.equal(await daemon.sh('ls /sys/class/net', '--network', 'empty'), 'lo');
      await ok('run', '-d', '--name', 'one', '--network', 'cable', 'busybox', 'sleep', '1000');
      assert.match(await ok('inspect', 'one'), /"IPAddress": "192\.0\.2\.9"/);
      await writeFile(at('fault-undo'), '');
      assert.match((await pouch('rm', '-f', 'one')).stderr, /the cable is stuck/);
      await rm(at('fault-undo'));
      await ok('rm', '-f', 'one');
      await noContainer();
      await plainRun();
    });

    sampleTests(this);
  });
});
