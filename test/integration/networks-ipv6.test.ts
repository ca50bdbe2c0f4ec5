import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { networkInterfaces } from 'node:os';
import { execa } from 'execa';
import { freePort } from '../support/freePort.ts';
import { greeting } from '../support/greeting.ts';
import { useDaemon } from '../support/useDaemon.ts';

const server = ['nc', '-ll', '-p', '80', '-e', 'echo', 'hello'];

describe('networks with IPv6', function () {
  this.timeout(60_000);
  this.slow(10_000);
  const daemon = useDaemon();
  const { pouch, ok } = daemon;
  /** Beside the networks of no other daemon of the tests. */
  const six = (n: number) => `fd5c:${(process.pid % 0xffff).toString(16)}:${n}:`;
  const four = (n: number) => `198.18.${process.pid % 200}.${n * 16}/28`;
  const create = async (name: string, n: number, ...options: string[]) =>
    await ok(
      'network',
      'create',
      '--ipv6',
      '--subnet',
      four(n),
      '--subnet',
      `${six(n)}:/64`,
      ...options,
      name,
    );
  const endpoint = async (container: string, network: string) =>
    (await daemon.it.inspect(container))!.NetworkSettings.Networks![network]!;
  const reaches = async (from: string, address: string) =>
    (await ok('exec', from, 'sh', '-c', `nc -w 1 ${address} 80 </dev/null || true`)) === 'hello';

  it('give each container an address of both families, as Docker shows them', async () => {
    const before = await daemon.it.inventory();
    await create('dual', 1, '--gateway', `${six(1)}:99`, '--aux-address', `x=${six(1)}:1`);
    const shown = await daemon.it.client.networks.inspect('dual');
    assert.equal(shown.EnableIPv6, true);
    assert.deepEqual(shown.IPAM.Config![1], {
      Subnet: `${six(1)}:/64`,
      Gateway: `${six(1)}:99`,
      AuxiliaryAddresses: { x: `${six(1)}:1` },
    });
    const id = await ok('run', '-d', '--name', 'boxa', '--network', 'dual', 'busybox', ...server);
    await ok(
      'run',
      '-d',
      '--name',
      'boxb',
      '--network',
      'dual',
      '--ip6',
      `${six(1)}:55`,
      'busybox',
      'sleep',
      '99',
    );
    const [first, fixed] = [await endpoint('boxa', 'dual'), await endpoint('boxb', 'dual')];
    assert.equal(first.GlobalIPv6Address, `${six(1)}:2`);
    assert.equal(first.GlobalIPv6PrefixLen, 64);
    assert.equal(first.IPv6Gateway, `${six(1)}:99`);
    assert.equal(fixed.GlobalIPv6Address, `${six(1)}:55`);
    assert.deepEqual(fixed.IPAMConfig, { IPv6Address: `${six(1)}:55` });
    assert.equal((await daemon.it.inspect(id))!.NetworkSettings.GlobalIPv6Address, `${six(1)}:2`);
    const members = (await daemon.it.client.networks.inspect('dual')).Containers;
    assert.equal(members[id]?.IPv6Address, `${six(1)}:2/64`);
    assert.match(await ok('exec', 'boxb', 'cat', '/etc/hosts'), new RegExp(`^${six(1)}:55\\s`, 'm'));
    const found = await ok('exec', 'boxb', 'nslookup', '-type=aaaa', 'boxa');
    assert.match(found, new RegExp(`Address: ${six(1)}:2\\b`));
    assert.match(await ok('exec', 'boxb', 'nslookup', `${six(1)}:2`), /name = boxa\.dual/);
    assert.equal(await reaches('boxb', `${six(1)}:2`), true);
    await ok('exec', 'boxb', 'ping', '-6', '-c', '1', '-W', '2', `${six(1)}:99`);
    await ok('rm', '-f', 'boxa', 'boxb');
    await ok('network', 'rm', 'dual');
    assert.deepEqual(await daemon.it.leftovers(before), []);
  });

  it('keep their containers apart from those of others, and masquerade them', async () => {
    const id = await create('left', 2);
    await create('right', 3);
    await create('closed', 4, '--internal');
    await ok('run', '-d', '--name', 'boxl', '--network', 'left', 'busybox', ...server);
    await ok('run', '-d', '--name', 'boxr', '--network', 'right', 'busybox', ...server);
    await ok('run', '-d', '--name', 'boxc', '--network', 'closed', 'busybox', ...server);
    assert.equal(await reaches('boxl', `${six(3)}:2`), false);
    assert.equal(await reaches('boxr', `${six(2)}:2`), false);
    assert.equal(await reaches('boxl', `${six(4)}:2`), false);
    assert.equal(await reaches('boxc', `${six(2)}:2`), false);
    assert.equal(await ok('exec', 'boxc', 'sh', '-c', 'ip -6 route | grep -c default || true'), '0');
    const rules = (await execa('ip6tables-save')).stdout;
    assert.match(rules, new RegExp(`-s ${six(2)}:/64 ! -o br-${id.slice(0, 12)} -j MASQUERADE`));
    await ok('rm', '-f', 'boxl', 'boxr', 'boxc');
    await ok('network', 'rm', 'left', 'right', 'closed');
    assert.equal((await execa('ip6tables-save')).stdout.includes(id.slice(0, 12)), false);
  });

  it('publish ports on IPv6, too', async function () {
    const address = Object.values(networkInterfaces())
      .flatMap((all) => all ?? [])
      .find((one) => one.family === 'IPv6' && !one.internal && one.scopeid === 0)?.address;
    const [both, fourOnly, sixOnly, added] = [
      await freePort(),
      await freePort(),
      await freePort(),
      await freePort(),
    ];
    await create('open', 5);
    const ports = ['-p', `${both}:80`, '-p', `0.0.0.0:${fourOnly}:80`, '-p', `[::]:${sixOnly}:80`];
    await ok('run', '-d', '--name', 'boxp', '--network', 'open', ...ports, 'busybox', ...server);
    await ok('port', 'add', 'boxp', `${added}:80`);
    const gateway = `${six(5)}:1`;
    for (const host of ['127.0.0.1', gateway, ...(address === undefined ? [] : [address])]) {
      const isSix = host.includes(':');
      assert.equal(await greeting(both, 20_000, host), 'hello\n');
      assert.equal(await greeting(added, 20_000, host), 'hello\n');
      assert.equal(await greeting(isSix ? sixOnly : fourOnly, 20_000, host), 'hello\n');
      await assert.rejects(connected(isSix ? fourOnly : sixOnly, host), { code: 'ECONNREFUSED' });
    }
    // No rule forwards it: Pouch's proxy listens there.
    assert.equal(await greeting(both, 20_000, '::1'), 'hello\n');
    assert.equal(await greeting(added, 20_000, '::1'), 'hello\n');
    await assert.rejects(connected(fourOnly, '::1'), { code: 'ECONNREFUSED' });
    assert.equal(
      await ok('port', 'boxp', '80/tcp'),
      [`0.0.0.0:${both}`, `[::]:${both}`, `0.0.0.0:${fourOnly}`, `[::]:${sixOnly}`, `0.0.0.0:${added}`, `[::]:${added}`].join('\n'), // prettier-ignore
    );
    assert.match(
      await ok('ps', '--format', '{{.Ports}}'),
      new RegExp(`0\\.0\\.0\\.0:${both}->80/tcp, \\[::\\]:${both}->80/tcp`),
    );
    const taken = await pouch('run', '--rm', '--network', 'open', '-p', `[::]:${both}:80`, 'busybox', 'true');
    assert.match(taken.stderr, /in use by the container boxp/);
    await ok('port', 'rm', 'boxp', `${both}:80`);
    await ok('port', 'rm', 'boxp', `${added}:80`);
    for (const port of [both, added])
      for (const host of [gateway, '::1'])
        await assert.rejects(connected(port, host), { code: 'ECONNREFUSED' });
    await ok('rm', '-f', 'boxp');
    await ok('network', 'rm', 'open');
  });

  it('hold what network.isolation promises: no address of another container, and no router', async () => {
    await create('guarded', 6, '-o', 'com.docker.network.bridge.enable_icc=false');
    await ok('run', '-d', '--name', 'boxg', '--network', 'guarded', 'busybox', ...server);
    await ok(
      'run',
      '-d',
      '--name',
      'boxh',
      '--network',
      'guarded',
      '--cap-add',
      'NET_ADMIN',
      'busybox',
      'sleep',
      '99',
    );
    assert.equal(await reaches('boxh', `${six(6)}:2`), false);
    await ok('exec', 'boxh', 'ping', '-6', '-c', '1', '-W', '2', `${six(6)}:1`);
    await ok('exec', 'boxh', 'ip', '-6', 'address', 'add', `${six(6)}:77/64`, 'dev', 'eth0');
    const spoofed = await pouch(
      'exec',
      'boxh',
      'ping',
      '-6',
      '-c',
      '1',
      '-W',
      '1',
      '-I',
      `${six(6)}:77`,
      `${six(6)}:1`,
    );
    assert.notEqual(spoofed.exitCode, 0);
    await ok('rm', '-f', 'boxg', 'boxh');
    await ok('network', 'rm', 'guarded');
  });

  it('keep the addresses of rich containers, and survive a kill of pouchd', async () => {
    await create('kept', 7, '--ip-range', `${six(7)}:8000:0:0:0/66`);
    const id = await ok('create', '--rich', '--network', 'kept', 'busybox', ...server);
    await ok('start', id);
    const address = (await endpoint(id, 'kept')).GlobalIPv6Address!;
    assert.match(address, new RegExp(`^${six(7)}0:8000:`));
    await daemon.it.kill9();
    await daemon.it.start();
    assert.equal(await greeting(80, 20_000, address), 'hello\n');
    await ok('stop', '-t', '0', id);
    await ok('run', '--rm', '--network', 'kept', 'busybox', 'true');
    await ok('start', id);
    assert.equal((await endpoint(id, 'kept')).GlobalIPv6Address, address);
    await ok('rm', '-f', id);
    await ok('network', 'rm', 'kept');
  });

  it('are joined by a container that runs', async () => {
    await create('joined', 8);
    await ok('run', '-d', '--name', 'joiner', 'busybox', ...server);
    await ok('network', 'connect', '--ip6', `${six(8)}:9`, 'joined', 'joiner');
    assert.equal(await greeting(80, 20_000, `${six(8)}:9`), 'hello\n');
    await ok('restart', '-t', '0', 'joiner');
    assert.equal((await endpoint('joiner', 'joined')).GlobalIPv6Address, `${six(8)}:9`);
    await ok('network', 'disconnect', 'joined', 'joiner');
    await ok('rm', '-f', 'joiner');
    await ok('network', 'rm', 'joined');
  });

  it('refuse addresses that they cannot give, each with a code', async () => {
    await create('strict', 9, '--aux-address', `x=${six(9)}:7`);
    await ok('network', 'create', '--subnet', four(10), 'plain');
    const run = (...options: string[]) => ['run', '--rm', ...options, 'busybox', 'true'];
    const refused: [string[], RegExp][] = [
      [run('--network', 'plain', '--ip6', `${six(9)}:9`), /the network plain has no IPv6 subnet/],
      [run('--network', 'strict', '--ip6', `${six(9)}:7`), /expected a free address of/],
      [run('--network', 'strict', '--ip6', `${six(9)}:1`), /expected a free address of/],
      [run('--network', 'strict', '--ip6', 'fd5d::1'), /expected a free address of/],
      [run('--network', 'strict', '--ip6', '10.1.1.1'), /an IPv6 address/],
      [run('--network', 'strict', '--ip', `${six(9)}:9`), /an IPv4 address/],
      [run('--network', 'plain', '-p', '[::]:8080:80/sctp'), /on ::: the network has no IPv6/],
      [run('--network', 'strict', '-p', '[::1]:8080:80/sctp'), /on ::1: the kernel forwards nothing/],
      [['network', 'create', '--ipv6', 'nosubnet'], /non-overlapping IPv6 address pool/],
      [
        ['network', 'create', '--subnet', 'fd5e::/64', 'noflag'],
        /needs IPv6, which the network does not have/,
      ],
      [['network', 'create', '--ipv6', '--subnet', `${six(9)}:/48`, 'wide'], /Pool overlaps/],
    ];
    for (const [command, message] of refused) {
      const { exitCode, stderr } = await pouch(...command);
      assert.notEqual(exitCode, 0, command.join(' '));
      assert.match(stderr, message, command.join(' '));
      assert.match(stderr, /code: PCH_/, command.join(' '));
    }
    await ok('network', 'rm', 'strict', 'plain');
  });
});

function connected(port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, timeout: 5_000 });
    socket.once('error', reject);
    socket.once('timeout', () => socket.destroy(new Error('no response')));
    socket.once('connect', () => {
      socket.destroy();
      resolve();
    });
  });
}
