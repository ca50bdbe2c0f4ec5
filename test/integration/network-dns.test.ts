import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { closeSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import dnsPacket from 'dns-packet';
import { execa } from 'execa';
import { boundSocketsIn } from '../../core/netns/syscalls.ts';
import { waitUntil } from '../../core/wait/waitUntil.ts';
import { purgeNetwork } from '../../scripts/purge.ts';
import { ContainerNetwork, queryOf } from '../support/ContainerNetwork.ts';
import { useDaemon } from '../support/useDaemon.ts';

describe('names on networks that a user creates', function () {
  this.timeout(90_000);
  this.slow(15_000);
  const daemon = useDaemon();
  const { pouch, ok } = daemon;
  /** Third byte of the next subnet, which is in that of no other daemon of the tests. */
  let subnets = 0;
  const subnet = () => `198.18.${process.pid % 200}.${(subnets++ % 8) * 32}/27`;

  const create = (name: string, ...options: string[]) =>
    ok('network', 'create', '--subnet', subnet(), ...options, name);
  /** Starts a container that sleeps; returns its id. */
  const start = (name: string, network: string, ...options: string[]) =>
    ok('run', '-d', '--name', name, '--network', network, ...options, 'busybox', 'sleep', '999');
  const netnsOf = (id: string) => join(daemon.it.state, 'netns', id);
  const inside = (id: string) => new ContainerNetwork(netnsOf(id));
  const addressOf = async (container: string, network: string) =>
    (await daemon.it.inspect(container))!.NetworkSettings.Networks![network]!.IPAddress!;
  const resolvConf = (container: string) => ok('exec', container, 'cat', '/etc/resolv.conf');
  /** An address of the network's that nobody has. */
  const unused = async (network: string) => {
    const { IPAM } = await daemon.it.client.networks.inspect(network);
    return IPAM.Config![0]!.Subnet!.replace(/\d+\/27$/, (last) => String(parseInt(last, 10) + 29));
  };
  const known = (...data: string[]) => ({ rcode: 'NOERROR', data });
  const resolverPid = () =>
    Number(/\d+/.exec(readFileSync(join(daemon.it.state, 'dns/dns.pid'), 'utf8'))?.[0]);

  afterEach(async () => {
    const all = await ok('ps', '-aq');
    if (all !== '') await ok('rm', '-f', ...all.split('\n'));
    await ok('network', 'prune', '-f');
  });

  it('are those of containers, their aliases and ids, and their addresses have names', async () => {
    await create('web');
    const shop = await start('shop', 'web');
    const db = await start('db1', 'web', '--network-alias', 'sql', '--network-alias', 'Store');
    const ip = await addressOf('db1', 'web');
    const { ask } = bound(inside(shop));
    for (const name of ['db1', 'DB1', 'sql', 'store', db.slice(0, 12), 'db1.web', 'sql.web'])
      assert.deepEqual(await ask(name), known(ip), name);
    assert.deepEqual(await ask('db1', 'AAAA'), known());
    assert.deepEqual(await ask('db1', 'A', 'tcp'), known(ip));
    const reverse = `${ip.split('.').toReversed().join('.')}.in-addr.arpa`;
    assert.deepEqual(await ask(reverse, 'PTR'), known('db1.web'));
    assert.match(await resolvConf('shop'), /^nameserver 127\.0\.0\.11$/m);
    assert.match(await ok('exec', 'shop', 'ping', '-c', '1', 'sql'), /1 packets received/);
    assert.deepEqual((await daemon.it.inspect('db1'))!.NetworkSettings.Networks!['web']!.Aliases, [
      'sql',
      'Store',
      db.slice(0, 12),
    ]);
  });

  it('take turns where several containers have one', async () => {
    await create('web');
    const shop = await start('shop', 'web');
    const ips: string[] = [];
    for (const name of ['api1', 'api2', 'api3']) {
      await start(name, 'web', '--network-alias', 'api');
      ips.push(await addressOf(name, 'web'));
    }
    const responses = await Promise.all([1, 2, 3, 4, 5, 6].map(() => inside(shop).ask('api')));
    for (const { data } of responses) assert.deepEqual(data.toSorted(), ips.toSorted());
    assert.deepEqual(new Set(responses.map(({ data }) => data[0])), new Set(ips));
  });

  it('resolve on networks of pouchd.yaml, too, with links, and not on the default one', async () => {
    const bridge = `${daemon.it.names.bridge}l`;
    const lab = `{ driver: bridge, options: { bridge: ${bridge}, subnet: ${subnet()} } }`;
    await daemon.it.configure(`network: { networks: { lab: ${lab} } }\n`);
    await daemon.it.restart();
    try {
      const shop = await start('shop', 'lab');
      await start('db1', 'lab', '--network-alias', 'sql');
      const linked = await start('linked', 'lab', '--link', 'db1:store');
      const expected = known(await addressOf('db1', 'lab'));
      for (const name of ['db1', 'sql', 'db1.lab'])
        assert.deepEqual(await inside(shop).ask(name), expected, name);
      assert.deepEqual(await inside(linked).ask('store'), expected);
      assert.match(await resolvConf('shop'), /^nameserver 127\.0\.0\.11$/m);
      const plain = await ok('run', '-d', '--name', 'plain', 'busybox', 'sleep', '999');
      assert.doesNotMatch(await resolvConf('plain'), /127\.0\.0\.11/);
      await ok('network', 'connect', 'lab', 'plain');
      assert.deepEqual(await inside(plain).ask('db1'), expected);
      await daemon.it.kill9();
      await daemon.it.start();
      await ok('restart', '-t', '0', 'db1');
      const again = known(await addressOf('db1', 'lab'));
      assert.deepEqual(await inside(shop).ask('db1'), again);
      await ok('rm', '-f', 'shop', 'db1', 'linked', 'plain');
    } finally {
      await daemon.it.configure('');
      await daemon.it.restart();
      await purgeNetwork({ bridge, shared: true });
    }
  });

  it('are not seen from other networks, and not on the default one', async () => {
    await create('web');
    await create('lan');
    const shop = await start('shop', 'web', '--dns', '127.0.0.1');
    const other = await start('other', 'lan', '--dns', '127.0.0.1');
    await start('plain', 'bridge', '--dns', '127.0.0.1');
    for (const name of ['other', 'plain']) assert.equal((await inside(shop).ask(name)).rcode, 'SERVFAIL');
    assert.equal((await inside(other).ask('shop')).rcode, 'SERVFAIL');
    assert.equal(await resolvConf('plain'), 'nameserver 127.0.0.1');
  });

  it('follow starts, stops, renames, connects and disconnects at once', async () => {
    await create('web');
    await create('lan');
    const shop = await start('shop', 'web', '--dns', '127.0.0.1');
    const ask = async (name: string) => (await inside(shop).ask(name)).data;
    await start('db1', 'web', '--network-alias', 'sql');
    await ok('stop', '-t', '0', 'db1');
    assert.deepEqual(await ask('sql'), []);
    await ok('start', 'db1');
    assert.deepEqual(await ask('db1'), [await addressOf('db1', 'web')]);
    await ok('rename', 'db1', 'db2');
    assert.deepEqual(await ask('db1'), []);
    assert.deepEqual(await ask('db2'), [await addressOf('db2', 'web')]);
    await ok('network', 'disconnect', 'web', 'db2');
    assert.deepEqual(await ask('db2'), []);
    await ok('network', 'connect', '--alias', 'pg', 'web', 'db2');
    assert.deepEqual(await ask('pg'), [await addressOf('db2', 'web')]);
    await ok('network', 'connect', 'lan', 'shop');
    await start('far', 'lan');
    assert.deepEqual(await ask('far'), [await addressOf('far', 'lan')]);
    await ok('network', 'disconnect', 'lan', 'shop');
    assert.deepEqual(await ask('far'), []);
  });

  it('resolve in a container of the default network once it is connected to another one, and as long', async () => {
    await create('web');
    await start('db1', 'web');
    const box = await start('box', 'bridge', '--dns', '127.0.0.1', '--dns-search', 'a.example');
    const before = await resolvConf('box');
    await ok('network', 'connect', 'web', 'box');
    assert.equal(await resolvConf('box'), 'search a.example\nnameserver 127.0.0.11\noptions ndots:0');
    assert.deepEqual(await inside(box).ask('db1'), known(await addressOf('db1', 'web')));
    assert.match(await ok('exec', 'box', 'ping', '-c', '1', 'db1'), /1 packets received/);
    await ok('network', 'disconnect', 'web', 'box');
    assert.equal(await resolvConf('box'), before);
    await ok('restart', '-t', '0', 'box');
    assert.equal(await resolvConf('box'), before);
  });

  it('resolve in the network that another container shares, and in users of their own', async () => {
    await create('web');
    await start('shop', 'web');
    await start('mapped', 'web', '--userns', 'auto');
    const sharing = await ok('run', '--rm', '--network', 'container:shop', 'busybox', 'nslookup', 'mapped');
    assert.ok(sharing.includes(await addressOf('mapped', 'web')));
    assert.match(await ok('exec', 'mapped', 'nslookup', 'shop'), /127\.0\.0\.11:53/);
  });

  it('that nobody has are asked for outside, from the network of the container', async () => {
    await create('web');
    const upstream = await start('upstream', 'web');
    const address = await addressOf('upstream', 'web');
    const asked: string[] = [];
    const server = inside(upstream).serve(address, ({ id, questions = [] }) => {
      const { name } = questions[0]!;
      asked.push(name);
      const answers = [{ type: 'A' as const, name, data: '203.0.113.7', ttl: 5 }];
      // Nobody else's, nor one under another id, is taken.
      const wrong = { type: 'A' as const, name, data: '203.0.113.66', ttl: 5 };
      server.send(
        dnsPacket.encode({ type: 'response', id: (id! + 1) % 0x10000, questions, answers: [wrong] }),
        9,
        address,
      );
      return name === 'silent.example'
        ? undefined
        : dnsPacket.encode({ type: 'response', id: id!, questions, answers });
    });
    try {
      const shop = await start('shop', 'web', '--dns', await unused('web'), '--dns', address);
      const fast = await start('fast', 'web', '--dns', address);
      assert.deepEqual(await inside(fast).ask('out.example'), known('203.0.113.7'));
      // The first server is silent.
      assert.deepEqual(await inside(shop).ask('out.example'), known('203.0.113.7'));
      const before = performance.now();
      assert.equal((await inside(fast).ask('silent.example')).rcode, 'SERVFAIL');
      assert.ok(performance.now() - before < 4000);
      assert.ok(!asked.includes('upstream'));
      await create('closed', '--internal');
      const closed = await start('closed1', 'closed', '--dns', address);
      asked.length = 0;
      assert.equal((await inside(closed).ask('out.example')).rcode, 'SERVFAIL');
      assert.deepEqual(await inside(closed).ask('closed1'), known(await addressOf('closed1', 'closed')));
      assert.deepEqual(asked, []);
    } finally {
      server.close();
    }
  });

  it('resolve while pouchd is down, and of the next one everywhere again', async () => {
    await create('web');
    const shop = await start('shop', 'web');
    await start('db1', 'web');
    const ip = await addressOf('db1', 'web');
    const before = resolverPid();
    await daemon.it.kill9();
    assert.deepEqual(await inside(shop).ask('db1'), known(ip));
    await daemon.it.start();
    assert.deepEqual(await inside(shop).ask('db1'), known(ip));
    assert.equal(resolverPid(), before);
    await start('db2', 'web');
    assert.deepEqual(await inside(shop).ask('db2'), known(await addressOf('db2', 'web')));
  });

  it('resolve again when the resolver was killed, in all containers', async () => {
    await create('web');
    const ids = [await start('one', 'web'), await start('two', 'web'), await start('three', 'web')];
    const before = resolverPid();
    process.kill(before, 'SIGKILL');
    for (const id of ids) {
      const resolves = async () => (await inside(id).ask('two')).data.length === 1;
      assert.ok(await waitUntil(resolves, { withinMs: 10_000 }));
    }
    assert.notEqual(resolverPid(), before);
    // Both at once, as after a lack of memory.
    await daemon.it.kill9();
    process.kill(resolverPid(), 'SIGKILL');
    await daemon.it.start();
    for (const id of ids) {
      const resolves = async () => (await inside(id).ask('two')).data.length === 1;
      assert.ok(await waitUntil(resolves, { withinMs: 10_000 }));
    }
  });

  it('resolve beside a name server of the container on all addresses, and a flush of its rules', async () => {
    await create('web');
    const own = await start('own', 'web');
    await start('other', 'web');
    const expected = known(await addressOf('other', 'web'));
    // Bound as a server in the container binds it.
    const { udp, tcp } = boundSocketsIn(netnsOf(own), '0.0.0.0', 53);
    const server = createSocket('udp4', (query, { port, address }) => {
      const { id, questions } = dnsPacket.decode(query);
      const answers = [{ type: 'A' as const, name: 'own.example', data: '192.0.2.1' }];
      server.send(
        dnsPacket.encode({ type: 'response', id: id!, questions: questions!, answers }),
        port,
        address,
      );
    });
    await new Promise<void>((resolve) => server.bind({ fd: udp }, resolve));
    try {
      const asked = async (name: string) => await ok('exec', 'own', 'nslookup', '-type=a', name, '127.0.0.1');
      assert.match(await asked('own.example'), /192\.0\.2\.1/);
      for (const transport of ['udp', 'tcp'] as const)
        assert.deepEqual(await inside(own).ask('other', 'A', transport), expected);
      assert.match(await ok('exec', 'own', 'ping', '-c', '1', 'other'), /1 packets received/);
      await execa('nsenter', [`--net=${netnsOf(own)}`, 'nft', 'flush', 'ruleset']);
      for (const transport of ['udp', 'tcp'] as const)
        assert.deepEqual(await inside(own).ask('other', 'A', transport), expected);
      await ok('network', 'disconnect', 'web', 'own');
      const rules = async () =>
        (await execa('nsenter', [`--net=${netnsOf(own)}`, 'nft', 'list', 'ruleset'])).stdout;
      assert.ok(await waitUntil(async () => (await rules()) === '', { withinMs: 10_000 }));
      await ok('network', 'connect', 'web', 'own');
      assert.deepEqual(await inside(own).ask('other'), expected);
    } finally {
      server.close();
      closeSync(tcp);
    }
  });

  it('leave no network namespace, also of containers that end while pouchd is down', async () => {
    await create('web');
    const shop = await start('shop', 'web');
    await ok('run', '-d', '--name', 'short', '--network', 'web', 'busybox', 'sleep', '2');
    const inode = (await execa('stat', ['-c', '%i', netnsOf(shop)])).stdout;
    const { State } = (await daemon.it.inspect('shop'))!;
    await daemon.it.kill9();
    process.kill(State.Pid, 'SIGKILL');
    await daemon.it.start();
    const isGone = () => !existsSync(netnsOf(shop));
    assert.ok(await waitUntil(isGone, { withinMs: 20_000 }));
    const held = await execa('sh', ['-c', `ls -l /proc/${resolverPid()}/fd`]);
    const sockets = held.stdout.split('\n').filter((line) => line.includes('socket:'));
    // Of pouchd's connection, its listener, and the container that may still run, with its rules.
    assert.ok(sockets.length <= 5, held.stdout);
    const { stdout } = await execa('lsns', ['-t', 'net', '-n', '-o', 'NS']);
    assert.ok(!stdout.split('\n').some((line) => line.trim() === inode));
  });

  it('resolve for others while one container sends what it can', async () => {
    await create('web');
    const victim = inside(await start('victim', 'web'));
    const hostile = inside(await start('hostile', 'web', '--dns', await unused('web')));
    const ip = await addressOf('hostile', 'web');
    const connections = Array.from({ length: 100 }, () => hostile.connection());
    for (const connection of connections) connection.write(Buffer.from([0xff, 0xff, 1, 2, 3]));
    const socket = hostile.datagrams();
    const kinds = [queryOf('victim'), queryOf('nobody.example'), Buffer.alloc(1400, 0xc0), Buffer.alloc(3)];
    let isOver = false;
    const flood = (async () => {
      for (let n = 0; !isOver; n += 1) {
        for (let burst = 0; burst < 50; burst += 1)
          socket.send(kinds[(n + burst) % kinds.length]!, 53, '127.0.0.11');
        await new Promise(setImmediate);
      }
    })();
    try {
      for (let n = 0; n < 30; n += 1) {
        const began = performance.now();
        assert.deepEqual(await victim.ask('hostile'), known(ip));
        assert.ok(performance.now() - began < 1000);
      }
      assert.deepEqual(await victim.ask('hostile', 'A', 'tcp'), known(ip));
    } finally {
      isOver = true;
      await flood;
      socket.close();
      for (const connection of connections) connection.destroy();
    }
    const before = resolverPid();
    const resolves = async () => (await hostile.ask('victim')).data.length === 1;
    assert.ok(await waitUntil(resolves, { withinMs: 10_000 }));
    assert.equal(resolverPid(), before);
  });

  it('by links are those of one container alone', async () => {
    await create('web');
    await start('db1', 'web');
    const shop = await start('shop', 'web', '--link', 'db1:database', '--dns', '127.0.0.1');
    const other = await start('other', 'web', '--dns', '127.0.0.1');
    const ip = await addressOf('db1', 'web');
    assert.deepEqual(await inside(shop).ask('database'), known(ip));
    assert.equal((await inside(other).ask('database')).rcode, 'SERVFAIL');
    assert.deepEqual((await daemon.it.inspect('shop'))!.HostConfig.Links, ['/db1:/shop/database']);
  });

  it('by links on the default network are in /etc/hosts and the environment', async () => {
    const missing = await pouch('run', '--name', 'shop', '--link', 'db1', 'busybox', 'true');
    assert.match(missing.stderr, /No such container: db1/);
    await ok('run', '-d', '--name', 'db1', '--hostname', 'base', '--expose', '5432', '-e', 'MODE=fast', 'busybox', 'sleep', '999'); // prettier-ignore
    await ok('run', '-d', '--name', 'shop2', '--link', 'db1:sql', 'busybox', 'sleep', '999');
    const ip = await addressOf('db1', 'bridge');
    const hosts = () => ok('exec', 'shop2', 'cat', '/etc/hosts');
    assert.match(await hosts(), new RegExp(`^${ip}\tsql base db1$`, 'm'));
    assert.match(await ok('exec', 'shop2', 'ping', '-c', '1', 'sql'), /1 packets received/);
    const env = await ok('exec', 'shop2', 'env');
    for (const line of [`SQL_PORT=tcp://${ip}:5432`, 'SQL_NAME=/shop2/sql', 'SQL_ENV_MODE=fast'])
      assert.ok(env.split('\n').includes(line), line);
    const own = await ok('exec', 'shop2', 'cat', '/proc/1/environ');
    assert.ok(own.split('\0').includes(`SQL_PORT_5432_TCP_ADDR=${ip}`));
    // Its address changes while it is away.
    await ok('stop', '-t', '0', 'db1');
    await start('taker', 'bridge');
    await ok('start', 'db1');
    const next = await addressOf('db1', 'bridge');
    assert.match(await hosts(), new RegExp(`^${next}\tsql base db1$`, 'm'));
    await ok('stop', '-t', '0', 'shop2', 'db1');
    const { stderr } = await pouch('start', 'shop2');
    assert.match(stderr, /Cannot link to a non running container: \/db1 AS \/shop2\/sql/);
    await ok('start', 'db1');
    await ok('start', 'shop2');
    const twoNetworks = await pouch('run', '--network', 'host', '--link', 'db1', 'busybox', 'true');
    assert.match(twoNetworks.stderr, /cannot be used with links/);
  });
});

function bound(network: ContainerNetwork) {
  return { ask: network.ask.bind(network) };
}
