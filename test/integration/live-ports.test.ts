import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { closeSync, readFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { execa } from 'execa';
import { boundSocketsIn } from '../../core/netns/syscalls.ts';
import { waitUntil } from '../../core/wait/waitUntil.ts';
import { freePort } from '../support/freePort.ts';
import { sampleTests, someOf } from '../support/someOf.ts';
import { useDaemon } from '../support/useDaemon.ts';

describe('ports of a running container', function () {
  this.timeout(60_000);
  this.slow(10_000);
  const daemon = useDaemon();
  const { pouch, ok } = daemon;
  let [first, second, third] = [0, 0, 0];

  before(async () => {
    [first, second, third] = [await freePort(), await freePort(), await freePort()];
    await Promise.all([run('web', '-p', `127.0.0.1:${first}:80`), run('bare'), run('other')]);
  });

  const serve = 'for p in 80 81; do (while :; do echo "hello $p" | nc -l -p $p; done) & done; wait';
  const run = (name: string, ...options: string[]) =>
    ok('run', '-d', '--name', name, ...options, 'busybox', 'sh', '-c', serve);
  /** What the container sends, or nothing. */
  const read = (port: number, host = '127.0.0.1') =>
    new Promise<string>((resolve) => {
      const socket = connect({ port, host, timeout: 2000 });
      let text = '';
      socket.on('data', (chunk) => (text += chunk.toString()));
      socket.on('timeout', () => socket.destroy());
      socket.on('error', () => undefined).on('close', () => resolve(text.trim()));
    });
  /** nc of the container listens again some time after a connection. */
  const reads = async (port: number, wanted: string, host?: string) => {
    for (let left = 50; left > 0; left--) {
      if ((await read(port, host)) === wanted) return;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    assert.equal(await read(port, host), wanted);
  };
  const refused = async (pattern: RegExp, ...args: string[]) => {
    const { stderr, exitCode } = await pouch('port', ...args);
    assert.match(stderr, pattern);
    assert.equal(exitCode, 1);
  };
  const address = (name: string) => ok('exec', name, 'ip', '-o', '-4', 'addr', 'show', 'eth0');
  const rulesOf = async (port: number) =>
    (await execa('iptables', ['-t', 'nat', '-S'])).stdout
      .split('\n')
      .filter((rule) => rule.includes(` --dport ${port} `));

  // No socket of the host listens, and its kernel may have no SCTP: forwarding needs neither.
  it('a port of SCTP is forwarded by rules, and belongs to one container', async () => {
    const port = await freePort();
    const start = (name: string) =>
      pouch('run', '-d', '--name', name, '-p', `${port}:9000/sctp`, 'busybox', 'sleep', '99');
    assert.equal((await start('sctp')).exitCode, 0);
    assert.ok((await rulesOf(port)).some((rule) => /-p sctp .*-j DNAT .*:9000$/.test(rule)));
    assert.match((await start('second')).stderr, /in use by the container sctp.*code: PCH_PORT_IN_USE/s);
    await ok('rm', '-f', 'sctp', 'second');
    assert.deepEqual(await rulesOf(port), []);
  });

  it('a port comes to one without ports, lasts over a restart, and goes', async () => {
    const before = await address('bare');
    await ok('port', 'add', 'bare', `127.0.0.1:${second}:81`);
    assert.equal(await address('bare'), before);
    await reads(second, 'hello 81');
    assert.equal(await ok('port', 'bare'), `81/tcp -> 127.0.0.1:${second}`);
    await ok('restart', '-t', '0', 'bare');
    await reads(second, 'hello 81');
    assert.equal(await ok('port', 'bare'), `81/tcp -> 127.0.0.1:${second}`);
    await ok('port', 'rm', 'bare', `${second}:81`);
    assert.deepEqual(await rulesOf(second), []);
    assert.equal(await ok('port', 'bare'), '');
    await ok('restart', '-t', '0', 'bare');
    assert.equal(await ok('port', 'bare'), '');
  });

  it('beside the ports of its start, which stay, and of which one may go', async () => {
    await ok('port', 'add', 'web', `127.0.0.1:${second}:81`, `127.0.0.1:${third}:80`);
    for (const [port, wanted] of [
      [first, 80],
      [second, 81],
      [third, 80],
    ] as const)
      await reads(port, `hello ${wanted}`);
    await ok('port', 'rm', 'web', `127.0.0.1:${first}:80`);
    assert.deepEqual(await rulesOf(first), []);
    await reads(second, 'hello 81');
    await reads(third, 'hello 80');
    await ok('port', 'add', 'other', `127.0.0.1:${first}:81`);
    await reads(first, 'hello 81');
    await ok('port', 'rm', 'other', `${first}:81`);
    await ok('port', 'add', 'web', `127.0.0.1:${first}:80`);
    await reads(first, 'hello 80');
    await ok('port', 'rm', 'web', `${second}:81`, `${third}:80`);
    await ok('stop', '-t', '0', 'web');
    for (const port of [first, second, third]) assert.deepEqual(await rulesOf(port), []);
    await ok('start', 'web');
    await reads(first, 'hello 80');
  });

  for (const [kind, ...options] of [
    ['of a user namespace', '--userns', 'auto'],
    ['that is rich', '--rich'],
  ] as const)
    it(`comes to one ${kind}, lasts over its restart, and goes`, async () => {
      await run('own', ...options);
      assert.doesNotMatch(await ok('exec', 'own', 'cat', '/proc/self/uid_map'), /^ *0 +0 /);
      await ok('port', 'add', 'own', `127.0.0.1:${second}:81`);
      await reads(second, 'hello 81');
      await ok('restart', '-t', '0', 'own');
      await reads(second, 'hello 81');
      await ok('port', 'rm', 'own', `${second}:81`);
      assert.deepEqual(await rulesOf(second), []);
      await ok('rm', '-f', 'own');
    });

  it('a port that is taken is refused with who has it, and the next call works', async () => {
    await refused(/in use by the container web[^]*PCH_PORT_IN_USE/, 'add', 'bare', `127.0.0.1:${first}:81`);
    await daemon.it.restart();
    await refused(/in use by the container web[^]*PCH_PORT_IN_USE/, 'add', 'bare', `127.0.0.1:${first}:81`);
    await ok('rename', 'web', 'renamed');
    await refused(/in use by the container renamed/, 'add', 'bare', `127.0.0.1:${first}:81`);
    await ok('rename', 'renamed', 'web');
    const server = createServer().listen({ port: second, host: '127.0.0.1' });
    await refused(
      /in use by a process of the host[^]*PCH_PORT_IN_USE/,
      'add',
      'bare',
      `127.0.0.1:${second}:81`,
    );
    await new Promise((resolve) => server.close(resolve));
    await refused(/publishes its port 80\/tcp on[^]*PCH_CONFLICT/, 'add', 'web', `${first}:81`);
    await refused(/was not given its port 82\/tcp[^]*PCH_PORT_NOT_FOUND/, 'rm', 'web', `${first}:82`);
    await refused(/PCH_OPTION_INVALID/, 'add', 'web', '80');
    await refused(/PCH_OPTION_INVALID/, 'add', 'web', '8000-8001:80-81');
    await ok('run', '-d', '--name', 'alone', '--network', 'none', 'busybox', 'sleep', '1000');
    await refused(/cannot be published with[^]*PCH_OPTION_INVALID/, 'add', 'alone', `${second}:80`);
    await ok('port', 'add', 'bare', `127.0.0.1:${second}:81`);
    await reads(second, 'hello 81');
    await ok('port', 'rm', 'bare', `127.0.0.1:${second}:81`);
  });

  describe('on IPv6, of a container without it', function () {
    const proxied = join('ports', 'proxy.pid');
    const pidOfProxy = () => Number(/\d+/.exec(readFileSync(join(daemon.it.state, proxied), 'utf8'))?.[0]);
    const serveMore = `(while :; do nc -l -p 82 -e sh -c 'wc -c'; done) & ${serve}`;
    const isRefused = async (port: number) =>
      await assert.rejects(
        new Promise((resolve, reject) =>
          connect({ port, host: '::1' }).on('error', reject).on('connect', resolve),
        ),
        { code: 'ECONNREFUSED' },
      );
    /** What comes back after the end of what is sent. */
    const sent = async (port: number, text: string) => {
      const socket = connect({ port, host: '::1', allowHalfOpen: true, timeout: 2000 });
      let received = '';
      socket.on('error', () => undefined).on('timeout', () => socket.destroy());
      socket.on('data', (chunk) => (received += chunk.toString())).on('end', () => socket.destroy());
      socket.end(text);
      await new Promise((resolve) => socket.once('close', resolve));
      return received.trim();
    };
    /** A server of UDP in a container, which sends back what it gets. */
    const echo = async (name: string, port: number) => {
      const { Id } = (await daemon.it.inspect(name))!;
      const { udp, tcp } = boundSocketsIn(join(daemon.it.state, 'netns', Id), '0.0.0.0', port);
      closeSync(tcp);
      const socket = createSocket('udp4', (message, from) => socket.send(message, from.port, from.address));
      await new Promise<void>((resolve) => socket.bind({ fd: udp }, resolve));
      return socket;
    };
    const echoed = async (port: number, text: string) => {
      const socket = createSocket('udp6');
      const response = once(socket, 'message', { signal: AbortSignal.timeout(10_000) });
      socket.send(text, port, '::1');
      try {
        return String((await response)[0]);
      } finally {
        socket.close();
      }
    };
    const reads6 = (port: number, wanted: string) => reads(port, wanted, '::1');

    it('is copied: TCP with its half-close, UDP, ranges, and each family of one number', async () => {
      const ports = [
        await freePort(),
        await freePort(),
        await freePort(),
        await freePort(),
        await freePort(),
      ];
      const [tcp, udp, four, six, picked] = ports as [number, number, number, number, number];
      const options = [
        `${tcp}:80`,
        `${udp}:90/udp`,
        `0.0.0.0:${four}:80`,
        `[::]:${four}:81`,
        `[::1]:${six}:82`,
      ];
      const published = options.flatMap((port) => ['-p', port]);
      await ok('run', '-d', '--name', 'six', ...published, 'busybox', 'sh', '-c', serveMore);
      await reads(tcp, 'hello 80');
      await reads6(tcp, 'hello 80');
      await reads(four, 'hello 80');
      await reads6(four, 'hello 81');
      assert.ok(await waitUntil(async () => (await sent(six, 'half')) === '4', { withinMs: 10_000 }));
      const long = 'a'.repeat(100_000);
      assert.ok(await waitUntil(async () => (await sent(six, long)) === '100000', { withinMs: 10_000 }));
      const server = await echo('six', 90);
      assert.equal(await echoed(udp, 'ping'), 'ping');
      server.close();
      assert.equal(await ok('port', 'six', '80/tcp'), `0.0.0.0:${tcp}\n[::]:${tcp}\n0.0.0.0:${four}`);
      assert.equal(await ok('port', 'six', '82/tcp'), `[::1]:${six}`);
      await ok('run', '-d', '--name', 'range', '-p', `${picked}-${picked}:80-80`, '-p', '80', 'busybox', 'sh', '-c', serve); // prettier-ignore
      await reads6(picked, 'hello 80');
      const shown = (await ok('port', 'range', '80/tcp')).split('\n');
      const [, free] = /:(\d+)$/.exec(shown.find((line) => !line.endsWith(`:${picked}`))!)!;
      assert.ok(shown.includes(`0.0.0.0:${free}`) && shown.includes(`[::]:${free}`), shown.join(' '));
      await reads6(Number(free), 'hello 80');
      await ok('rm', '-f', 'six', 'range');
      for (const port of ports) await isRefused(port);
    });

    it('comes and goes while the container runs, and after a restart leads to its address of then', async () => {
      await ok('port', 'add', 'bare', `${second}:81`);
      await reads6(second, 'hello 81');
      const before = await address('bare');
      await ok('stop', '-t', '0', 'bare');
      await isRefused(second);
      await ok('run', '-d', '--name', 'inbetween', 'busybox', 'sleep', '1000');
      await ok('start', 'bare');
      assert.notEqual(await address('bare'), before);
      await reads6(second, 'hello 81');
      await ok('port', 'rm', 'bare', `${second}:81`);
      await isRefused(second);
      await ok('rm', '-f', 'inbetween');
    });

    it('that is taken names who has it, and the next call works', async () => {
      const server = createServer().listen({ port: second, host: '::', ipv6Only: true });
      const start = ['run', '-d', '--name', 'late', '-p', `${second}:80`, 'busybox', 'sh', '-c', serve];
      const { stderr } = await pouch(...start);
      assert.match(stderr, /on ::: in use by a process of the host[^]*PCH_PORT_IN_USE/);
      await refused(/on ::: in use by a process[^]*PCH_PORT_IN_USE/, 'add', 'bare', `${second}:81`);
      await new Promise((resolve) => server.close(resolve));
      await ok('start', 'late');
      await reads6(second, 'hello 80');
      await daemon.it.restart();
      await refused(/in use by the container late[^]*PCH_PORT_IN_USE/, 'add', 'bare', `[::1]:${second}:81`);
      await refused(
        /no IPv6, and Pouch copies only TCP[^]*PCH_OPTION_INVALID/,
        'add',
        'bare',
        `[::]:${third}:81/sctp`,
      );
      await ok('rm', '-f', 'late');
    });

    it('stays while pouchd is down, and comes back when the proxy was killed', async () => {
      await ok('run', '-d', '--name', 'kept', '-p', `${second}:80`, 'busybox', 'sh', '-c', serve);
      const before = pidOfProxy();
      await daemon.it.kill9();
      await reads6(second, 'hello 80');
      await daemon.it.start();
      await reads6(second, 'hello 80');
      assert.equal(pidOfProxy(), before);
      process.kill(before, 'SIGKILL');
      await reads6(second, 'hello 80');
      await daemon.it.kill9();
      process.kill(pidOfProxy(), 'SIGKILL');
      await daemon.it.start();
      await reads6(second, 'hello 80');
      await ok('rm', '-f', 'kept');
      await isRefused(second);
    });
  });

  describe('at other moments', function () {
    it('one that is stopped publishes the port from its next start on', async () => {
      await ok('stop', '-t', '0', 'bare');
      await ok('port', 'add', 'bare', `127.0.0.1:${second}:81/tcp`);
      await ok('start', 'bare');
      await reads(second, 'hello 81');
      await ok('port', 'rm', 'bare', `${second}:81`);
    });

    it('pouchd is killed in the middle: the port is published or not, and the call works again', async () => {
      const key = (port: number) => `live-port.81/tcp@127.0.0.1:${port}`;
      const steps = [`applied:reconcile:${key(second)}`, 'before:reconcile:commit'];
      for (const failpoint of someOf(steps, 'a port that is added')) {
        await daemon.it.restart({ failpoint });
        await pouch('port', 'add', 'bare', `127.0.0.1:${second}:81`);
        assert.equal(await daemon.it.ended(), 'SIGKILL', failpoint);
        await daemon.it.start();
        const isListed = (await ok('port', 'bare')) !== '';
        assert.equal((await rulesOf(second)).length > 0, isListed, failpoint);
        if (!isListed) await ok('port', 'add', 'bare', `127.0.0.1:${second}:81`);
        await reads(second, 'hello 81');
        await daemon.it.restart({ failpoint: `before:reconcile:undo ${key(second)}` });
        await pouch('port', 'rm', 'bare', `${second}:81`);
        assert.equal(await daemon.it.ended(), 'SIGKILL');
        await daemon.it.start();
        assert.deepEqual([await ok('port', 'bare'), await rulesOf(second)], ['', []]);
      }
    });
    sampleTests(this);
  });
});
