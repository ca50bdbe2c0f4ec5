import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { execa } from 'execa';
import { greeting } from '../support/greeting.ts';
import { useDaemon } from '../support/useDaemon.ts';

const server = ['nc', '-ll', '-p', '80', '-e', 'echo', 'hello'];

describe('networks on an interface of the host', function () {
  this.timeout(60_000);
  this.slow(10_000);
  const daemon = useDaemon();
  const { pouch, ok } = daemon;
  const base = `198.18.${process.pid % 200}`;
  const six = `fd5b:${(process.pid % 0xffff).toString(16)}:`;
  /** A pair of interfaces: the networks are on one end, the other is the router of their containers. */
  const [parent, router] = [`mv${process.pid}`, `mr${process.pid}`];
  const endpoint = async (container: string, network: string) =>
    (await daemon.it.inspect(container))!.NetworkSettings.Networks![network]!;
  const create = (name: string, n: number, ...options: string[]) =>
    ok(
      'network',
      'create',
      '-d',
      'macvlan',
      '-o',
      `parent=${parent}`,
      '--subnet',
      `${base}.${n * 16}/28`,
      ...options,
      name,
    );

  const addPair = async () => {
    await execa('ip', ['link', 'add', parent, 'type', 'veth', 'peer', 'name', router]);
    for (const name of [parent, router]) await execa('ip', ['link', 'set', 'dev', name, 'up']);
    await execa('ip', ['address', 'add', `${base}.30/28`, 'dev', router]);
  };
  before(addPair);
  after(() => execa('ip', ['link', 'delete', 'dev', parent], { reject: false }));

  it('give containers addresses of the network of that interface, names, and a route by its router', async () => {
    const before = await daemon.it.inventory();
    const more = [
      '--ipv6',
      '--subnet',
      `${six}:/64`,
      '--gateway',
      `${base}.30`,
      '--aux-address',
      `x=${base}.17`,
    ];
    await create('lan', 1, '--ip-range', `${base}.16/29`, ...more);
    const shown = await daemon.it.client.networks.inspect('lan');
    assert.equal(shown.Driver, 'macvlan');
    assert.deepEqual(shown.Options, { parent });
    assert.deepEqual(shown.IPAM.Config, [
      { Subnet: `${base}.16/28`, IPRange: `${base}.16/29`, Gateway: `${base}.30`, AuxiliaryAddresses: { x: `${base}.17` } }, // prettier-ignore
      { Subnet: `${six}:/64`, Gateway: `${six}:1` },
    ]);
    await ok('run', '-d', '--name', 'boxa', '--network', 'lan', 'busybox', ...server);
    const fixed = ['--ip', `${base}.27`, '--ip6', `${six}:27`, '--mac-address', '02:42:ac:11:00:07'];
    await ok('run', '-d', '--name', 'boxb', '--network', 'lan', ...fixed, 'busybox', ...server);
    const [first, second] = [await endpoint('boxa', 'lan'), await endpoint('boxb', 'lan')];
    assert.equal(first.IPAddress, `${base}.18`);
    assert.equal(first.GlobalIPv6Address, `${six}:2`);
    assert.equal(second.IPAddress, `${base}.27`);
    assert.equal(second.GlobalIPv6Address, `${six}:27`);
    assert.equal(second.MacAddress, '02:42:ac:11:00:07');
    assert.match(
      await ok('exec', 'boxb', 'ip', 'route'),
      new RegExp(`^default via ${base}.30 dev eth0`, 'm'),
    );
    assert.equal(await ok('exec', 'boxb', 'sh', '-c', 'nc -w 2 boxa 80 </dev/null'), 'hello');
    assert.equal(await greeting(80, 20_000, `${base}.18`), 'hello\n');
    await ok('rm', '-f', 'boxa', 'boxb');
    await ok('network', 'rm', 'lan');
    assert.deepEqual(await daemon.it.leftovers(before), []);
  });

  it('survive a kill of pouchd and a boot of the host', async () => {
    await create('kept', 1, '--gateway', `${base}.30`, '-o', 'macvlan_mode=bridge');
    const id = await ok('create', '--rich', '--network', 'kept', 'busybox', ...server);
    await ok('start', id);
    const address = (await endpoint(id, 'kept')).IPAddress!;
    await daemon.it.kill9();
    await daemon.it.start();
    assert.equal(await greeting(80, 20_000, address), 'hello\n');
    await daemon.it.rebootHost();
    await daemon.it.start();
    await ok('start', id);
    assert.equal((await endpoint(id, 'kept')).IPAddress, address);
    await execa('ip', ['link', 'delete', 'dev', parent]);
    await ok('stop', '-t', '0', id);
    const gone = await pouch('start', id);
    assert.match(gone.stderr, new RegExp(`macvlan network kept: the host has no interface ${parent}`));
    assert.match(gone.stderr, /code: PCH_NETWORK_PARENT/);
    await addPair();
    await ok('start', id);
    assert.equal(await greeting(80, 20_000, address), 'hello\n');
    await ok('rm', '-f', id);
    await ok('network', 'rm', 'kept');
  });

  it('without a parent lead nowhere, and have one that pouchd makes', async () => {
    const id = await ok('network', 'create', '-d', 'macvlan', 'nowhere');
    const made = `/sys/class/net/dm-${id.slice(0, 12)}`;
    assert.ok(existsSync(made));
    assert.equal((await daemon.it.client.networks.inspect('nowhere')).Internal, true);
    await ok('run', '-d', '--name', 'boxc', '--network', 'nowhere', 'busybox', ...server);
    const { IPAddress } = await endpoint('boxc', 'nowhere');
    await ok(
      'network',
      'connect',
      'nowhere',
      await ok('run', '-d', '--name', 'boxd', 'busybox', 'sleep', '99'),
    );
    assert.equal(await ok('exec', 'boxd', 'sh', '-c', `nc -w 2 ${IPAddress} 80 </dev/null`), 'hello');
    assert.match(await ok('exec', 'boxd', 'ip', 'route'), /^default via \S+ dev eth0/m);
    assert.equal(await ok('exec', 'boxc', 'sh', '-c', 'ip route | grep -c default || true'), '0');
    await ok('network', 'disconnect', 'nowhere', 'boxd');
    await ok('rm', '-f', 'boxc', 'boxd');
    await ok('network', 'rm', 'nowhere');
    assert.equal(existsSync(made), false);
  });

  it('refuse what they cannot do, each with a code', async () => {
    await create('strict', 1, '--gateway', `${base}.30`);
    const run = (...options: string[]) => [
      'run',
      '--rm',
      '--network',
      'strict',
      ...options,
      'busybox',
      'true',
    ];
    const network = (driver: string, ...options: string[]) => [
      'network',
      'create',
      '-d',
      driver,
      ...options,
      'bad',
    ];
    const refused: [string[], RegExp][] = [
      [network('macvlan', '-o', 'parent=nosuch0'), /the host has no interface nosuch0/],
      [network('macvlan', '-o', 'parent=a/b'), /expected the name of an interface/],
      [network('macvlan', '-o', 'parent=lo'), /loopback interface is not a valid macvlan parent link/],
      [network('macvlan', '-o', 'macvlan_mode=foo'), /requested macvlan mode 'foo' is not valid/],
      [network('macvlan', '-o', 'ipvlan_mode=l2'), /has no option "ipvlan_mode"/],
      [network('ipvlan', '-o', 'ipvlan_mode=l9'), /requested ipvlan mode 'l9' is not valid/],
      [network('macvlan', '-o', 'com.docker.network.driver.mtu=9'), /expected a number of bytes/],
      [
        network('macvlan', '--subnet', `${base}.16/29`, '-o', `parent=${parent}`),
        /Pool overlaps.*network strict/,
      ],
      [network('macvlan', '--ipv6'), /non-overlapping IPv6 address pool/],
      [run('--ip', `${base}.99`), /expected a free address of/],
      [run('--ip', `${base}.30`), /expected a free address of/],
      [run('--ip6', `${six}:9`), /the network strict has no IPv6 subnet/],
      [run('-p', '8080:80'), /ports cannot be published with --network strict/],
    ];
    for (const [command, message] of refused) {
      const { exitCode, stderr } = await pouch(...command);
      assert.notEqual(exitCode, 0, command.join(' '));
      assert.match(stderr, message, command.join(' '));
      assert.match(stderr, /code: PCH_/, command.join(' '));
    }
    await ok('network', 'rm', 'strict');
  });

  it('of the driver ipvlan work, or say that the kernel has none', async () => {
    const subnet = ['--subnet', `${base}.16/28`, '--gateway', `${base}.30`];
    await ok('network', 'create', '-d', 'ipvlan', '-o', `parent=${parent}`, ...subnet, 'ipv');
    const { exitCode, stdout, stderr } = await pouch(
      'run',
      '--rm',
      '--network',
      'ipv',
      'busybox',
      'ip',
      'route',
    );
    if (exitCode === 0) assert.match(stdout, new RegExp(`^default via ${base}.30 dev eth0`, 'm'));
    else
      assert.match(
        stderr,
        /the kernel has no interfaces of the kind ipvlan or macvlan.*code: PCH_CNI_FAILED/s,
      );
    const mac = ['--mac-address', '02:42:ac:11:00:07'];
    const refused = await pouch('run', '--rm', '--network', 'ipv', ...mac, 'busybox', 'true');
    assert.match(refused.stderr, /a network of the driver ipvlan gives no MAC address/);
    await ok('network', 'rm', 'ipv');
  });
});
