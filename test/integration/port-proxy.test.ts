import assert from 'node:assert/strict';
import { createSocket, type Socket as Datagrams } from 'node:dgram';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { join, resolve } from 'node:path';
import { tmpdir } from 'node:os';
import { PortProxy } from '../../core/portProxy/PortProxy.ts';
import { Deferred } from '../../core/wait/Deferred.ts';
import { waitUntil } from '../../core/wait/waitUntil.ts';
import { freePort } from '../support/freePort.ts';
import { TestLog } from '../../testing/TestLog.ts';

const program = resolve(import.meta.dirname, '../../bin/pouch-proxy');

/** Its containers are servers on 127.0.0.1. */
describe('the proxy of published ports', function () {
  this.timeout(20_000);
  let directory: string;
  let proxy: PortProxy;
  let listen: number;
  const servers: Server[] = [];

  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), 'pouch-proxy-'));
    proxy = new PortProxy({ directory, program, log: new TestLog() });
    listen = await freePort();
  });

  afterEach(async () => {
    await proxy.drop('box');
    await proxy.stop();
    for (const server of servers.splice(0)) server.close();
    rmSync(directory, { recursive: true });
  });

  async function serve(onConnection: (socket: Socket) => void): Promise<number> {
    const server = createServer({ allowHalfOpen: true }, (socket) => {
      socket.on('error', () => undefined);
      onConnection(socket);
    }).listen(0, '127.0.0.1');
    servers.push(server);
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  }

  const publish = (containerPort: number, protocol = 'tcp', container = 'box') =>
    proxy.set({
      container,
      name: container,
      ports: [{ protocol, address: '::1', hostPort: listen, target: '127.0.0.1', containerPort }],
    });

  function client(): Socket {
    const socket = connect({ host: '::1', port: listen, allowHalfOpen: true });
    socket.on('error', () => undefined);
    return socket;
  }

  async function textOf(socket: Socket): Promise<string> {
    let text = '';
    socket.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
    await once(socket, 'end');
    return text;
  }

  it('copies both ways, and passes the end of one direction on', async () => {
    const port = await serve((socket) => {
      let count = 0;
      socket.on('data', (chunk) => (count += chunk.length)).on('end', () => socket.end(`got ${count}`));
    });
    await publish(port);
    const socket = client();
    socket.end(Buffer.alloc(3_000_000));
    assert.equal(await textOf(socket), 'got 3000000');
  });

  it('reads no more from one side than the other takes', async () => {
    const accepted = new Deferred<Socket>();
    await publish(await serve((socket) => accepted.resolve(socket.pause())));
    const socket = client();
    const chunk = Buffer.alloc(1024 * 1024);
    for (let n = 0; n < 64; n++) socket.write(chunk);
    // What the sockets of both connections hold in the kernel is a part of it.
    let waiting = -1;
    const isStuck = () => waiting === (waiting = socket.writableLength);
    assert.ok(await waitUntil(isStuck, { withinMs: 10_000, everyMs: 200 }));
    assert.ok(waiting > 16 * 1024 * 1024, `${waiting} bytes wait`);
    const pid = /\d+/.exec(readFileSync(join(directory, 'proxy.pid'), 'utf8'))![0];
    const memory = Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]);
    assert.ok(memory < 8 * 1024, `${memory} KiB`);
    let got = 0;
    const server = await accepted.promise;
    server.on('data', (bytes) => (got += bytes.length)).resume();
    socket.end();
    await once(server, 'end');
    assert.equal(got, 64 * chunk.length);
    server.end();
  });

  it('resets a connection that the container does not take, and one that it resets', async () => {
    const closed = await freePort();
    await publish(closed);
    const [refused] = (await once(client(), 'error')) as [NodeJS.ErrnoException];
    assert.equal(refused.code, 'ECONNRESET');
    await publish(await serve((socket) => socket.resetAndDestroy()));
    const [reset] = (await once(client(), 'error')) as [NodeJS.ErrnoException];
    assert.equal(reset.code, 'ECONNRESET');
  });

  it('ends the connections of a container with it, and keeps them when one of its ports goes', async () => {
    await publish(await serve((socket) => socket.pipe(socket)));
    const socket = client();
    socket.write('a');
    await once(socket, 'data');
    await proxy.set({ container: 'box', name: 'box', ports: [] });
    const [error] = (await once(client(), 'error')) as [NodeJS.ErrnoException];
    assert.equal(error.code, 'ECONNREFUSED');
    socket.write('b');
    await once(socket, 'data');
    const closed = new Promise((resolve) => socket.once('close', resolve));
    await proxy.drop('box');
    await closed;
  });

  it('refuses what is listened on already, and leaves the ports of the container as they were', async () => {
    await publish(await serve((socket) => socket.end('first')));
    await assert.rejects(publish(1, 'tcp', 'other'), {
      code: 'PCH_PORT_IN_USE',
      message: `cannot publish port ${listen}/tcp of the container other on ::1: in use by a process of the host`,
    });
    await proxy.drop('other');
    const port = (hostPort: number) => ({
      ...{ protocol: 'tcp', address: '::1', hostPort, target: '127.0.0.1', containerPort: 1 },
    });
    const blocked = createServer().listen(0, '::1');
    servers.push(blocked);
    await once(blocked, 'listening');
    const taken = (blocked.address() as AddressInfo).port;
    const both = { container: 'box', name: 'box', ports: [port(listen), port(taken)] };
    await assert.rejects(proxy.set(both), { code: 'PCH_PORT_IN_USE' });
    assert.equal(await textOf(client()), 'first');
  });

  it('gives each client of UDP a socket of its own, and sends responses from the address that was asked', async () => {
    const server = createSocket('udp4', (message, { port, address }) =>
      server.send(`${message.toString()} ${port}`, port, address),
    );
    await new Promise<void>((resolve) => server.bind(0, '127.0.0.1', resolve));
    await publish(server.address().port, 'udp');
    const [one, two] = [createSocket('udp6'), createSocket('udp6')];
    const ask = async (socket: Datagrams, text: string): Promise<string[]> => {
      socket.send(text, listen, '::1');
      const [message, from] = (await once(socket, 'message')) as [Buffer, AddressInfo];
      assert.deepEqual([from.address, from.port], ['::1', listen]);
      return message.toString().split(' ');
    };
    const [first, second, again] = [await ask(one, 'a'), await ask(two, 'b'), await ask(one, 'c')];
    assert.deepEqual([first[0], second[0], again[0]], ['a', 'b', 'c']);
    assert.equal(first[1], again[1]);
    assert.notEqual(first[1], second[1]);
    for (const socket of [one, two, server]) socket.close();
  });

  it('closes connections beyond the limit of a container, and logs that', async () => {
    await publish(await serve((socket) => socket.on('end', () => socket.end())));
    const sockets: Socket[] = [];
    let isClosed = false;
    // The limit is lower where the process may open few files.
    while (!isClosed && sockets.length <= 2048) {
      const socket = client();
      sockets.push(socket.on('close', () => (isClosed = true)));
      await Promise.race([once(socket, 'connect'), once(socket, 'close')]).catch(() => undefined);
    }
    await waitUntil(() => isClosed, { withinMs: 10_000 });
    assert.ok(sockets.length > 200, `${sockets.length} connections`);
    const log = readFileSync(join(directory, 'proxy.log'), 'utf8');
    assert.match(log, /(container box has|all containers have) \d+ connections: closes new ones/);
    for (const socket of sockets) socket.destroy();
  });
});
