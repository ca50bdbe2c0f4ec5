import assert from 'node:assert/strict';
import { execa } from 'execa';
import { greeting } from '../support/greeting.ts';
import { freePort } from '../support/freePort.ts';
import { useDaemon } from '../support/useDaemon.ts';

const server = ['nc', '-ll', '-p', '80', '-e', 'echo', 'hello'];

describe('network.isolation', function () {
  this.timeout(60_000);
  this.slow(15_000);
  const daemon = useDaemon();
  const { ok } = daemon;
  const gateway = () => daemon.it.names.subnet.replace(/0\/24$/, '1');
  const address = async (id: string) => (await daemon.it.inspect(id))!.NetworkSettings.IPAddress;
  const exec = (id: string, script: string) => ok('exec', id, 'sh', '-c', script);

  async function isolate(value: string): Promise<void> {
    await daemon.it.configure(`network: { isolation: ${value} }\n`);
    await daemon.it.reload(/configuration reloaded/);
  }

  /** A container that may change its interface, and a server beside it. */
  async function two(...options: string[]): Promise<{ one: string; other: string }> {
    const one = await ok('run', '-d', '--cap-add', 'NET_ADMIN', 'busybox', 'sleep', '1000');
    return { one, other: await ok('run', '-d', ...options, 'busybox', ...server) };
  }

  const replies = (from: string, to: string) =>
    `ping -c 1 -W 1 -I ${from} ${to} >/dev/null && echo yes || echo no`;

  /** Whether a container can make another one take it for the gateway. */
  async function poisons(one: string, other: string): Promise<boolean> {
    await exec(other, `ping -c 1 -W 2 ${gateway()}`);
    const announce = `arping -c 2 -w 3 -U -I eth0 ${gateway()} || true`;
    await exec(
      one,
      `ip addr add ${gateway()}/32 dev eth0; ${announce}; ip addr del ${gateway()}/32 dev eth0`,
    );
    const [mine, believed] = await Promise.all([
      exec(one, 'cat /sys/class/net/eth0/address'),
      exec(other, `awk '$1 == "${gateway()}" { print $4 }' /proc/net/arp`),
    ]);
    return mine === believed;
  }

  /** The bridge has no IPv6 network, but each interface has an address of its link. */
  async function repliesByIpv6(to: string): Promise<string> {
    const local = await exec(to, 'ip -6 addr show eth0 | awk \'/fe80/ { sub(/\\/.*/, "", $2); print $2 }\'');
    assert.match(local, /^fe80::/);
    return replies('eth0', local);
  }

  const rules = async () => (await execa('nft', ['list', 'ruleset'])).stdout;

  it('none: a container takes the addresses of others, and poisons their ARP caches', async () => {
    const { one, other } = await two();
    assert.equal(await exec(one, replies('eth0', await address(other))), 'yes');
    assert.equal(await exec(one, await repliesByIpv6(other)), 'yes');
    assert.ok(await poisons(one, other));
    await ok('rm', '-f', one, other);
    assert.ok(!(await rules()).includes(`table bridge POUCH-${daemon.it.names.bridge}`));
  });

  describe('addresses', () => {
    let one: string;
    let other: string;

    before(async () => {
      await isolate('addresses');
      ({ one, other } = await two());
    });

    after(() => ok('rm', '-f', one, other));

    it('a container reaches the others and the host as before', async () => {
      assert.equal(await exec(one, `nc ${await address(other)} 80`), 'hello');
      assert.equal(await exec(one, replies('eth0', gateway())), 'yes');
    });

    it('it cannot send from another IP address', async () => {
      const foreign = gateway().replace(/1$/, '250');
      await exec(one, `ip addr add ${foreign}/24 dev eth0`);
      assert.equal(await exec(one, replies(foreign, gateway())), 'no');
      assert.equal(await exec(one, replies(foreign, await address(other))), 'no');
    });

    it('it cannot poison an ARP cache', async () => assert.equal(await poisons(one, other), false));

    it('it cannot send IPv6, so it cannot pose as a router', async () =>
      assert.equal(await exec(one, await repliesByIpv6(other)), 'no'));

    it('it cannot send from another MAC address', async () => {
      const mac = await exec(one, 'cat /sys/class/net/eth0/address');
      await exec(one, 'ip link set eth0 address 02:00:00:00:00:99');
      assert.equal(await exec(one, replies('eth0', gateway())), 'no');
      await exec(one, `ip link set eth0 address ${mac}`);
      assert.equal(await exec(one, `${replies('eth0', gateway())}`), 'yes');
    });
  });

  describe('containers', () => {
    let one: string;
    let other: string;
    let port: number;

    before(async () => {
      await isolate('containers');
      port = await freePort();
      ({ one, other } = await two('-p', `${port}:80`));
    });

    after(async () => {
      await ok('rm', '-f', one, other);
      const left = await rules();
      for (const id of [one, other]) assert.ok(!left.includes(id));
    });

    it('a container does not reach another one', async () => {
      assert.equal(await exec(one, replies('eth0', await address(other))), 'no');
    });

    it('not by way of the gateway either', async () => {
      const target = await address(other);
      await exec(one, `ip route add ${target}/32 via ${gateway()}`);
      assert.equal(await exec(one, replies('eth0', target)), 'no');
      assert.equal(await exec(one, `nc -w 2 ${target} 80 </dev/null || echo refused`), 'refused');
    });

    it('it reaches the host, and the ports that others publish', async () => {
      assert.equal(await exec(one, replies('eth0', gateway())), 'yes');
      assert.equal(await exec(one, `nc -w 5 ${gateway()} ${port}`), 'hello');
      assert.equal(await greeting(port), 'hello\n');
    });

    it('it cannot poison an ARP cache', async () => assert.equal(await poisons(one, other), false));

    it('is undone when pouchd is killed in the middle of a start', async () => {
      const id = await daemon.it.createContainer({ Cmd: ['sleep', '1000'] });
      await daemon.it.restart({ failpoint: 'applied:start:network-eth0.isolation' });
      await daemon.it.client.containers.start(id).catch(() => undefined);
      assert.equal(await daemon.it.ended(), 'SIGKILL');
      assert.ok((await rules()).includes(id));
      await daemon.it.start();
      assert.ok(!(await rules()).includes(id));
      await ok('start', id);
      assert.ok((await rules()).includes(id));
      await ok('rm', '-f', id);
    });
  });
});
