import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { execa } from 'execa';
import { greeting } from '../support/greeting.ts';
import { freePort } from '../support/freePort.ts';
import { waitUntil } from '../../core/wait/waitUntil.ts';
import { someOf } from '../support/someOf.ts';
import { useDaemon } from '../support/useDaemon.ts';

const server = ['nc', '-ll', '-p', '80', '-e', 'echo', 'hello'];

describe('networks that a user creates', function () {
  this.timeout(60_000);
  this.slow(10_000);
  const daemon = useDaemon();
  const { pouch, ok } = daemon;
  /** Third byte of the next subnet, which is in that of no other daemon of the tests. */
  let subnets = 0;
  const subnet = () => `198.18.${process.pid % 200}.${(subnets++ % 16) * 16}/28`;

  async function create(name: string, ...options: string[]): Promise<{ id: string; bridge: string }> {
    const id = await ok('network', 'create', '--subnet', subnet(), ...options, name);
    return { id, bridge: `br-${id.slice(0, 12)}` };
  }
  const addressOf = async (container: string, network: string) =>
    (await daemon.it.inspect(container))!.NetworkSettings.Networks![network]!.IPAddress!;
  const reaches = async (from: string, address: string) =>
    (await ok('exec', from, 'sh', '-c', `nc -w 1 ${address} 80 </dev/null || true`)) === 'hello';
  const networksOf = async (container: string) =>
    Object.keys((await daemon.it.inspect(container))!.NetworkSettings.Networks!).toSorted();
  const greetingOf = (address: string) => greeting(80, 20_000, address);
  const rules = async () => (await execa('iptables-save')).stdout;

  it('have a bridge while they exist, and leave nothing', async () => {
    const before = await daemon.it.inventory();
    const { id, bridge } = await create('web', '--label', 'a=b');
    assert.ok(existsSync(`/sys/class/net/${bridge}`));
    assert.match(await rules(), new RegExp(`-A PREROUTING .* POUCH-${bridge}`));
    assert.equal(await ok('network', 'ls', '-q', '--no-trunc', '--filter', 'label=a=b'), id);
    const twice = await pouch('network', 'create', 'web');
    assert.match(twice.stderr, /network with name web already exists/);
    assert.equal(await ok('network', 'rm', id.slice(0, 12)), id.slice(0, 12));
    assert.equal(existsSync(`/sys/class/net/${bridge}`), false);
    assert.equal((await rules()).includes(bridge), false);
    assert.deepEqual(await daemon.it.leftovers(before), []);
    assert.match((await pouch('network', 'rm', 'web')).stderr, /network web not found/);
  });

  it('keep their containers apart from those of other networks, except for published ports', async () => {
    const port = await freePort();
    const { bridge } = await create('one');
    await create('two');
    await ok('run', '-d', '--name', 'boxa', '--network', 'one', 'busybox', ...server);
    await ok('run', '-d', '--name', 'boxb', '--network', 'one', '-p', `${port}:80`, 'busybox', ...server);
    await ok('run', '-d', '--name', 'boxc', '--network', 'two', 'busybox', ...server);
    await ok('run', '-d', '--name', 'boxd', 'busybox', ...server);
    const [a, b] = [await addressOf('boxa', 'one'), await addressOf('boxb', 'one')];
    const [c, d] = [await addressOf('boxc', 'two'), await addressOf('boxd', 'bridge')];
    assert.equal(await reaches('boxa', b), true);
    const crossings: [string, string][] = [['boxa', c], ['boxc', a], ['boxd', a], ['boxa', d]]; // prettier-ignore
    const crossed = await Promise.all(crossings.map(([from, to]) => reaches(from, to)));
    assert.deepEqual(crossed, [false, false, false, false]);
    assert.equal(await greeting(port), 'hello\n');
    const gateway = `198.18.${process.pid % 200}.${(subnets - 2) * 16 + 1}`;
    assert.equal(await ok('exec', 'boxc', 'sh', '-c', `nc -w 2 ${gateway} ${port} </dev/null`), 'hello');
    const refused = await pouch('network', 'rm', 'one');
    assert.match(refused.stderr, /network one id \w+ has active endpoints: box\w, box\w/);
    await ok('rm', '-f', 'boxa', 'boxb', 'boxc', 'boxd');
    assert.equal(await ok('network', 'prune', '-f'), 'Deleted Networks:\none\ntwo');
    assert.equal((await rules()).includes(bridge), false);
  });

  it('give the addresses that a container asks for, and show them', async () => {
    const base = `198.19.${process.pid % 200}`;
    await ok('network', 'create', '--subnet', `${base}.0/24`, '--gateway', `${base}.9`, '--ip-range', `${base}.128/25`, 'lan'); // prettier-ignore
    const options = ['--ip', `${base}.7`, '--mac-address', '02:42:ac:11:00:02', '--network-alias', 'db'];
    const id = await ok(
      'run',
      '-d',
      '--name',
      'fixed',
      '--network',
      'lan',
      ...options,
      'busybox',
      'sleep',
      '99',
    );
    const next = await ok('run', '-d', '--network', 'lan', 'busybox', 'sleep', '99');
    assert.equal(await addressOf(next, 'lan'), `${base}.128`);
    const shown = (await daemon.it.inspect('fixed'))!.NetworkSettings.Networks!['lan']!;
    const { IPAddress, MacAddress, Gateway, Aliases, IPAMConfig, IPPrefixLen } = shown;
    assert.deepEqual(
      { IPAddress, MacAddress, Gateway, Aliases, IPAMConfig, IPPrefixLen },
      {
        IPAddress: `${base}.7`,
        MacAddress: '02:42:ac:11:00:02',
        Gateway: `${base}.9`,
        Aliases: ['db', id.slice(0, 12)],
        IPAMConfig: { IPv4Address: `${base}.7` },
        IPPrefixLen: 24,
      },
    );
    const network = await daemon.it.client.networks.inspect('lan');
    assert.equal(shown.NetworkID, network.Id);
    assert.equal(network.Containers[id]?.EndpointID, shown.EndpointID);
    assert.equal(network.Containers[id]?.IPv4Address, `${base}.7/24`);
    await ok('rm', '-f', id, next);
    await ok('network', 'rm', 'lan');
  });

  it('survive a kill of pouchd, and get their bridge again at the next start', async () => {
    const { bridge } = await create('kept');
    const id = await ok('run', '-d', '--network', 'kept', 'busybox', ...server);
    await daemon.it.kill9();
    await daemon.it.start();
    assert.equal(await greetingOf(await addressOf(id, 'kept')), 'hello\n');
    await ok('stop', '-t', '0', id);
    await execa('ip', ['link', 'delete', bridge]);
    await ok('start', id);
    assert.equal(await greetingOf(await addressOf(id, 'kept')), 'hello\n');
    await ok('stop', '-t', '0', id);
    await ok('network', 'rm', 'kept');
    assert.match((await pouch('start', id)).stderr, /network \w{64} not found/);
    await ok('rm', id);
  });

  it('lead nowhere if they are internal', async () => {
    await create('inner', '--internal');
    const id = await ok('run', '-d', '--network', 'inner', 'busybox', 'sleep', '99');
    assert.equal(await ok('exec', id, 'sh', '-c', 'ip route | grep -c default || true'), '0');
    await ok('rm', '-f', id);
    await ok('network', 'rm', 'inner');
  });

  it('can be several of one container, the first with the default route', async () => {
    await create('front');
    await create('inside', '--internal');
    const { Id } = await daemon.it.client.containers.create({
      Image: 'busybox',
      Cmd: ['sleep', '99'],
      HostConfig: { NetworkMode: 'inside' },
      NetworkingConfig: { EndpointsConfig: { inside: {}, front: { Aliases: ['x'] } } },
    });
    await ok('start', Id);
    const [inside, front] = [await addressOf(Id, 'inside'), await addressOf(Id, 'front')];
    assert.match(await ok('exec', Id, 'ip', '-4', '-o', 'addr', 'show', 'eth0'), new RegExp(inside));
    assert.match(await ok('exec', Id, 'ip', '-4', '-o', 'addr', 'show', 'eth1'), new RegExp(front));
    assert.match(await ok('exec', Id, 'ip', 'route'), /^default via \S+ dev eth1/m);
    await ok('rm', '-f', Id);
    await ok('network', 'rm', 'front', 'inside');
  });

  it('are joined and left by a container that runs, and by one that is stopped', async () => {
    const [one, two] = [await create('first'), await create('second')];
    const id = await ok('run', '-d', '--name', 'mover', '--network', 'first', 'busybox', ...server);
    await ok('run', '-d', '--name', 'peer', '--network', 'second', 'busybox', ...server);
    const before = await daemon.it.inventory();
    const ip = `198.18.${process.pid % 200}.${(subnets - 1) * 16 + 9}`;
    await ok('network', 'connect', '--ip', ip, '--alias', 'db', 'second', 'mover');
    assert.equal(await greetingOf(ip), 'hello\n');
    assert.equal(await reaches('peer', ip), true);
    assert.match(await ok('exec', 'mover', 'cat', '/etc/hosts'), new RegExp(ip));
    const twice = await pouch('network', 'connect', 'second', 'mover');
    assert.match(twice.stderr, /endpoint with name mover already exists in network second/);
    await daemon.it.kill9();
    await daemon.it.start();
    await ok('restart', '-t', '0', 'mover');
    assert.deepEqual(await networksOf('mover'), ['first', 'second']);
    assert.equal(await greetingOf(ip), 'hello\n');
    assert.equal(await reaches('peer', ip), true);
    await ok('network', 'disconnect', 'first', 'mover');
    assert.deepEqual(await networksOf('mover'), ['second']);
    assert.match(await ok('exec', 'mover', 'ip', 'route'), /^default via \S+ dev eth1/m);
    assert.equal(await ok('network', 'inspect', '--format', '{{len .Containers}}', one.id), '0');
    await ok('network', 'connect', 'first', 'mover');
    await ok('network', 'disconnect', two.id, 'mover');
    const gone = await pouch('network', 'disconnect', 'second', 'mover');
    assert.match(gone.stderr, /container mover is not connected to network second/);
    await ok('network', 'disconnect', '--force', 'second', 'mover');
    const lease = (line: string) => line.startsWith('lease');
    assert.deepEqual(
      [...(await daemon.it.inventory())].filter(lease).length,
      [...before].filter(lease).length,
    );
    await ok('stop', '-t', '0', 'mover');
    await ok('network', 'connect', 'second', 'mover');
    await ok('start', 'mover');
    assert.deepEqual(await networksOf('mover'), ['first', 'second']);
    await ok('rm', '-f', id, 'peer');
    await ok('network', 'rm', 'first', 'second');
  });

  it('and a kill of pouchd in the middle leaves the old networks or the new ones', async function () {
    this.timeout(180_000);
    await create('cut');
    await ok('run', '-d', '--name', 'cutoff', 'busybox', ...server);
    const key = 'network.eth1';
    const before = await daemon.it.inventory();
    const steps = [`applied:reconcile:${key}`, `after:reconcile:${key}`, 'before:reconcile:commit'];
    for (const failpoint of someOf(steps, 'a network that is connected')) {
      await daemon.it.restart({ failpoint });
      await pouch('network', 'connect', 'cut', 'cutoff');
      assert.equal(await daemon.it.ended(), 'SIGKILL', failpoint);
      await daemon.it.start();
      const isConnected = (await networksOf('cutoff')).includes('cut');
      const interfaces = (await ok('exec', 'cutoff', 'ls', '/sys/class/net')).split(/\s+/);
      assert.equal(interfaces.includes('eth1'), isConnected, failpoint);
      if (!isConnected) {
        assert.deepEqual(await daemon.it.leftovers(before), [], failpoint);
        await ok('network', 'connect', 'cut', 'cutoff');
      }
      await daemon.it.restart({ failpoint: `before:reconcile:undo ${key}` });
      await pouch('network', 'disconnect', 'cut', 'cutoff');
      assert.equal(await daemon.it.ended(), 'SIGKILL');
      await daemon.it.start();
      assert.deepEqual(await networksOf('cutoff'), ['bridge']);
      assert.deepEqual(await daemon.it.leftovers(before), [], failpoint);
    }
    await ok('rm', '-f', 'cutoff');
    await ok('network', 'rm', 'cut');
  });

  it('exist or are gone after a kill of pouchd at any moment of their create or removal', async function () {
    this.timeout(240_000);
    const before = await daemon.it.inventory();
    /** Kills pouchd some milliseconds after a command has begun; returns the id of the network if it exists then. */
    const cutOff = async (delayMs: number, ...command: string[]): Promise<string | undefined> => {
      const ends = pouch(...command);
      await delay(delayMs);
      await daemon.it.kill9();
      await ends;
      await daemon.it.start();
      const found = async () =>
        (await daemon.it.client.networks.list()).find((one) => one.Name === 'fragile')?.Id;
      // The next daemon undoes an unfinished create, and completes a removal.
      const records = join(daemon.it.root, 'networks');
      const isSettled = async () => {
        const files = (await readdir(records).catch(() => [])).filter((file) => file.endsWith('.json'));
        // One that is removed meanwhile reads as nothing.
        const texts = await Promise.all(
          files.map((file) => readFile(join(records, file), 'utf8').catch(() => '')),
        );
        return texts.every((text) => !text.includes('"unfinished"'));
      };
      assert.ok(await waitUntil(isSettled, { withinMs: 10_000 }), `${command.join(' ')} after ${delayMs} ms`);
      const id = await found();
      if (id === undefined) assert.deepEqual(await daemon.it.leftovers(before), []);
      else assert.ok(existsSync(`/sys/class/net/br-${id.slice(0, 12)}`));
      return id;
    };
    const moments = [20, 40, 60, 80, 100, 130, 160, 200];
    for (const ms of someOf(moments, 'a network that is created and removed')) {
      const created = await cutOff(ms, 'network', 'create', '--subnet', subnet(), 'fragile');
      if (created === undefined) await ok('network', 'create', '--subnet', subnet(), 'fragile');
      await ok('run', '--rm', '--network', 'fragile', 'busybox', 'true');
      if ((await cutOff(ms, 'network', 'rm', 'fragile')) !== undefined) await ok('network', 'rm', 'fragile');
      assert.deepEqual(await daemon.it.leftovers(before), [], `after ${ms} ms`);
    }
  });
});
