import assert from 'node:assert/strict';
import { readlinkSync } from 'node:fs';
import { greeting } from '../support/greeting.ts';
import { freePort } from '../support/freePort.ts';
import { useDaemon } from '../support/useDaemon.ts';

const server = ['nc', '-ll', '-p', '80', '-e', 'echo', 'hello'];

describe('the network of a container', function () {
  this.timeout(60_000);
  this.slow(10_000);
  const daemon = useDaemon();
  const { pouch, ok, sh } = daemon;
  const inspect = async (ref: string) => (await daemon.it.inspect(ref))!;

  it('bridge gives it an address, a gateway and a way to others', async () => {
    const id = await ok('run', '-d', 'busybox', ...server);
    const { IPAddress, Gateway, Networks } = (await inspect(id)).NetworkSettings;
    assert.equal(Networks?.['bridge']?.IPAddress, IPAddress);
    assert.match(await sh('ip -4 route'), new RegExp(`default via ${Gateway}`));
    assert.equal(await sh(`sleep 0.2; nc ${IPAddress} 80`), 'hello');
    await ok('rm', '-f', id);
  });

  it('-p lets the host reach it on loopback, from the start to the stop', async () => {
    const port = await freePort();
    const id = await ok('run', '-d', '-p', `127.0.0.1:${port}:80`, 'busybox', ...server);
    assert.equal(await greeting(port), 'hello\n');
    assert.equal(await ok('port', id), `80/tcp -> 127.0.0.1:${port}`);
    await ok('stop', '-t', '0', id);
    assert.equal(await greeting(port, 100), '');
    await ok('start', id);
    assert.equal(await greeting(port), 'hello\n');
    await ok('rm', '-f', id);
  });

  it('-p with no host port picks a free one', async () => {
    const id = await ok('run', '-d', '-p', '127.0.0.1::80', 'busybox', ...server);
    const [, port] = /127\.0\.0\.1:(\d+)$/.exec(await ok('port', id, '80'))!;
    assert.equal(await greeting(Number(port)), 'hello\n');
    await ok('rm', '-f', id);
  });

  it('a host port that is taken is an error that names it, and the container leaves nothing', async () => {
    const port = await freePort();
    const first = await ok('run', '-d', '-p', `127.0.0.1:${port}:80`, 'busybox', ...server);
    const before = await daemon.it.inventory();
    const { exitCode, stderr } = await pouch(
      'run',
      '--rm',
      '-p',
      `127.0.0.1:${port}:80`,
      'busybox',
      ...server,
    );
    assert.equal(exitCode, 125);
    assert.match(stderr, new RegExp(`${port}/tcp`));
    assert.deepEqual(await daemon.it.leftovers(before), []);
    await ok('rm', '-f', first);
  });

  it('none has loopback alone', async () => {
    assert.equal(await sh('ls /sys/class/net; ip -4 -o addr | wc -l', '--network', 'none'), 'lo\n1');
  });

  it('host is the host’s', async () => {
    assert.equal(
      await sh('readlink /proc/self/ns/net', '--network', 'host'),
      readlinkSync('/proc/self/ns/net'),
    );
  });

  it('container:NAME shares the other’s, and needs it to run', async () => {
    const own = [
      '--hostname',
      'box',
      '--domainname',
      'corp',
      '--add-host',
      'db:192.0.2.7',
      '--dns',
      '192.0.2.53',
    ];
    const id = await ok('run', '-d', '--name', 'shared', ...own, 'busybox', ...server);
    assert.equal(await sh('sleep 0.2; nc 127.0.0.1 80', '--network', 'container:shared'), 'hello');
    const names =
      'hostname; cat /proc/sys/kernel/domainname /etc/hostname /etc/hosts /etc/resolv.conf; echo $HOSTNAME';
    const shared = await sh(names, '--network', 'container:shared');
    assert.equal(shared, await ok('exec', id, 'sh', '-c', names));
    assert.match(shared, /^box\ncorp\nbox\n.*192\.0\.2\.7\tdb.*nameserver 192\.0\.2\.53\nbox$/s);
    await ok('stop', '-t', '0', id);
    const { exitCode, stderr } = await pouch(
      'run',
      '--rm',
      '--network',
      'container:shared',
      'busybox',
      'true',
    );
    assert.equal(exitCode, 125);
    assert.match(stderr, /shared: it is not running/);
    await ok('rm', id);
  });

  it('dns, search domains and options are in resolv.conf', async () => {
    const options = ['--dns', '192.0.2.53', '--dns-search', 'example.org', '--dns-option', 'ndots:3'];
    assert.equal(
      await sh('cat /etc/resolv.conf', ...options),
      'search example.org\nnameserver 192.0.2.53\noptions ndots:3',
    );
  });

  it('add-host and its own name are in /etc/hosts', async () => {
    const id = await ok('run', '-d', '-h', 'me', '--add-host', 'db:192.0.2.7', 'busybox', 'sleep', '1000');
    const hosts = await ok('exec', id, 'cat', '/etc/hosts');
    assert.match(hosts, /^192\.0\.2\.7\tdb$/m);
    assert.match(hosts, new RegExp(`^${(await inspect(id)).NetworkSettings.IPAddress}\tme$`, 'm'));
    await ok('rm', '-f', id);
  });

  it('a fixed address is given', async () => {
    const ip = daemon.it.names.subnet.replace(/0\/24$/, '99');
    assert.match(await sh('ip -4 addr show eth0', '--ip', ip), new RegExp(`inet ${ip}/24`));
  });

  describe('two daemons side by side', function () {
    this.timeout(90_000);
    this.slow(20_000);
    const first = daemon;
    const second = useDaemon();

    it('have containers of the same name, networks of their own, and do not see each other', async () => {
      const ids: string[] = [];
      for (const { ok } of [first, second])
        ids.push(await ok('run', '-d', '--name', 'same', 'busybox', ...server));
      const addresses = await Promise.all(
        [first, second].map(async ({ it }) => (await it.inspect('same'))!.NetworkSettings.IPAddress),
      );
      assert.notEqual(
        addresses[0]!.split('.').slice(0, 3).join('.'),
        addresses[1]!.split('.').slice(0, 3).join('.'),
      );
      assert.equal(await first.ok('ps', '-aq', '--no-trunc'), ids[0]);
      assert.equal(await second.ok('ps', '-aq', '--no-trunc'), ids[1]);
      await first.it.restart();
      await first.ok('rm', '-f', 'same');
      assert.equal((await second.it.inspect('same'))?.State.Status, 'running');
      assert.equal(await second.ok('exec', 'same', 'nc', '127.0.0.1', '80'), 'hello');
      await second.ok('rm', '-f', 'same');
    });

    it('a second daemon on the same root is refused with what holds it', async () => {
      const { exitCode, stderr } = await first.it.pouchd();
      assert.equal(exitCode, 1);
      assert.match(stderr, /another pouchd is using the root .*\nhint: .*\n\(PCH_DAEMON_RUNNING\)/);
    });
  });

  describe('with network.default: none', function () {
    this.timeout(60_000);
    this.slow(10_000);
    before(async () => {
      await daemon.it.configure('network:\n  default: none\n');
      await daemon.it.restart();
    });

    it('holds for requests without a network mode, and with `default`', async () => {
      assert.doesNotMatch(await daemon.sh('ip -o addr'), /eth0/);
      for (const HostConfig of [{}, { NetworkMode: 'default' }]) {
        const { Id } = await daemon.it.client.containers.create({ Image: 'busybox', HostConfig });
        assert.equal((await daemon.it.inspect(Id))?.HostConfig.NetworkMode, 'none');
        await daemon.ok('rm', Id);
      }
    });

    it('leaves the choice to requests', async () => {
      const id = await daemon.ok('create', '--network', 'bridge', 'busybox');
      assert.equal((await daemon.it.inspect(id))?.HostConfig.NetworkMode, 'bridge');
      await daemon.ok('rm', id);
    });
  });
});
