import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { execa } from 'execa';
import { greeting } from '../support/greeting.ts';
import { freePort } from '../support/freePort.ts';
import { sampleTests } from '../support/someOf.ts';
import { useDaemon } from '../support/useDaemon.ts';

const server = ['nc', '-ll', '-p', '80', '-e', 'echo', 'hello'];

/**
 * Sends packets for 127.0.0.1 to the gateway instead of the container's own loopback. Any container with CAP_NET_RAW
 * can craft them; with a route for them, the kernel's TCP makes a whole connection.
 */
const attack = (port: number) => `
  gateway=$(ip route | awk '/^default/ { print $3 }')
  ip addr del 127.0.0.1/8 dev lo
  ip route add 127.0.0.0/8 via $gateway
  ping -c 1 -W 5 $gateway >/dev/null && echo the gateway replies
  nc -w 2 127.0.0.1 ${port} </dev/null
  true`;

const attacker = ['--cap-add', 'NET_ADMIN', '--sysctl', 'net.ipv4.conf.all.route_localnet=1'];

/** CVE-2020-8558. */
describe('the loopback of the host', function () {
  this.timeout(60_000);
  this.slow(10_000);
  const daemon = useDaemon({ yaml: 'userns: { range: 500000-1155359 }\n' });
  const { ok, sh } = daemon;
  let secret: Server;
  let connections = 0;

  before(async () => {
    secret = createServer((socket) => {
      connections++;
      socket.on('error', () => undefined).end('secret\n');
    }).listen(0, '127.0.0.1');
    await once(secret, 'listening');
  });

  after(() => secret.close());

  async function assertOutOfReach(...options: string[]): Promise<void> {
    const { port } = secret.address() as AddressInfo;
    assert.equal(await sh(attack(port), ...attacker, ...options), 'the gateway replies');
    assert.equal(connections, 0);
  }

  async function publish(): Promise<{ id: string; port: number }> {
    const port = await freePort();
    return { port, id: await ok('run', '-d', '-p', `127.0.0.1:${port}:80`, 'busybox', ...server) };
  }

  const setting = () => `/proc/sys/net/ipv4/conf/${daemon.it.names.bridge}/route_localnet`;
  const routesLocalnet = () => readFileSync(setting(), 'utf8').trim();

  describe('while a container publishes a port on it', () => {
    let web: { id: string; port: number };

    before(async () => {
      web = await publish();
    });

    after(() => ok('rm', '-f', web.id));

    afterEach(async () => assert.equal(await greeting(web.port), 'hello\n'));

    it('is out of reach of a container', () => assertOutOfReach());

    it('is out of reach of a container with its own user namespace', () =>
      assertOutOfReach('--userns', 'auto'));

    it('is out of reach of a container of runlxc', () => assertOutOfReach('--runtime', 'runlxc'));

    it('is protected again after a firewall reload, when the next port is published', async () => {
      await flushRaw();
      const other = await publish();
      await assertOutOfReach();
      await ok('rm', '-f', other.id);
    });

    it('is protected again after a firewall reload, when pouchd starts', async () => {
      await flushRaw();
      await daemon.it.restart();
      await assertOutOfReach();
    });
  });

  it('is routed from the bridge only while a port is published on it', async () => {
    assert.equal(routesLocalnet(), '0');
    const [first, second] = [await publish(), await publish()];
    await ok('rm', '-f', first.id);
    assert.equal(routesLocalnet(), '1');
    assert.equal(await greeting(second.port), 'hello\n');
    await ok('rm', '-f', second.id);
    assert.equal(routesLocalnet(), '0');
  });

  it('is not routed for a port that is published on another address', async () => {
    const gateway = daemon.it.names.subnet.replace(/0\/24$/, '1');
    const id = await ok('run', '-d', '-p', `${gateway}::80`, 'busybox', ...server);
    assert.equal(routesLocalnet(), '0');
    await ok('rm', '-f', id);
  });

  it('stays routed for a container that runs on while pouchd is killed, and no longer', async () => {
    const { id, port } = await publish();
    await daemon.it.kill9();
    await daemon.it.start();
    assert.equal(await greeting(port), 'hello\n');
    assert.equal(routesLocalnet(), '1');
    await ok('rm', '-f', id);
    assert.equal(routesLocalnet(), '0');
  });

  it('is not routed after a start for which nothing is published, whatever an earlier daemon left', async () => {
    await daemon.it.stop();
    writeFileSync(setting(), '1');
    await daemon.it.start();
    assert.equal(routesLocalnet(), '0');
  });

  it('is not routed after an attachment that was cut off', async () => {
    const create = daemon.it.createContainer({
      Cmd: server,
      HostConfig: {
        PortBindings: { '80/tcp': [{ HostIp: '127.0.0.1', HostPort: String(await freePort()) }] },
      },
    });
    const id = await create;
    await daemon.it.restart({ failpoint: 'applied:start:network.eth0' });
    await daemon.it.client.containers.start(id).catch(() => undefined);
    assert.equal(await daemon.it.ended(), 'SIGKILL');
    assert.equal(routesLocalnet(), '1');
    await daemon.it.start();
    await daemon.it.until(id, 'created');
    assert.equal(routesLocalnet(), '0');
    await ok('rm', '-f', id);
  });

  sampleTests(this);

  /** As a reload of a firewall's own rules does. Only this bridge: others use the host beside this test. */
  async function flushRaw(): Promise<void> {
    const chain = `POUCH-${daemon.it.names.bridge}`;
    const comment = `pouch network ${daemon.it.names.bridge}`;
    const rule = ['-m', 'comment', '--comment', comment, '-j', chain];
    await execa('iptables', ['-t', 'raw', '-D', 'PREROUTING', ...rule]);
    await execa('iptables', ['-t', 'raw', '-F', chain]);
    await execa('iptables', ['-t', 'raw', '-X', chain]);
  }
});
