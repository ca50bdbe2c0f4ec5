import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { once } from 'node:events';
import http from 'node:http';
import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { Client } from '../../../client/index.ts';

/** Serves one request on its first connection, closes it, and reports that; then serves as usual. */
const closingServer = `
  const { parentPort, workerData: { path, closed } } = require('node:worker_threads');
  let first;
  require('node:http').createServer((request, response) => {
    response.setHeader('content-type', 'application/json');
    const { socket } = request;
    first ??= socket;
    if (socket !== first) return request.resume().on('end', () => response.writeHead(201).end('{"Id":"abc"}'));
    socket.on('close', () => {
      Atomics.store(closed, 0, 1);
      Atomics.notify(closed, 0);
    });
    response.end('[]');
    setTimeout(() => socket.destroy(), 50);
  }).listen(path, () => parentPort.postMessage('listens'));
`;

describe('client', () => {
  let directory: string;
  let server: Server;
  let client: Client;
  let handle: RequestListener;
  let upgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => void;

  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), 'pouch-client-'));
    server = http.createServer((request, response) => handle(request, response));
    server.on('upgrade', (request, socket, head) => upgrade(request, socket, head));
    await new Promise<void>((resolve) => server.listen(join(directory, 'd.sock'), resolve));
    client = new Client({ host: `unix://${join(directory, 'd.sock')}` });
  });

  afterEach(async () => {
    client.close();
    await new Promise((resolve) => server.close(resolve));
    rmSync(directory, { recursive: true });
  });

  it('sends the body as JSON with its length, and parameters in the query', async () => {
    let seen: unknown[] = [];
    handle = (request, response) => {
      void readAll(request).then((text) => {
        const { method, url, headers } = request;
        seen = [method, url, headers['content-type'], Number(headers['content-length']), JSON.parse(text)];
        json(response, 201, { Id: 'abc', Warnings: null });
      });
    };
    const created = await client.containers.create({ Image: 'ü' }, { name: 'a b' });
    assert.equal(created.Id, 'abc');
    assert.deepEqual(seen, ['POST', '/containers/create?name=a+b', 'application/json', 14, { Image: 'ü' }]);
  });

  it('escapes user input in paths, but not the slashes of image names', async () => {
    const urls: unknown[] = [];
    handle = (request, response) => {
      urls.push(request.url);
      json(response, 200, {});
    };
    await client.containers.inspect('../x');
    await client.images.inspect('reg:5000/a/b:tag');
    assert.deepEqual(urls, ['/containers/..%2Fx/json', '/images/reg:5000/a/b:tag/json']);
  });

  it('identifies itself to the server as pouch’s client', async () => {
    let agent: unknown;
    handle = (request, response) => {
      agent = request.headers['user-agent'];
      json(response, 200, []);
    };
    await client.containers.list();
    assert.equal(agent, 'pouch-client');
  });

  it('reuses one connection for consecutive calls', async () => {
    let connections = 0;
    server.on('connection', () => connections++);
    handle = (_request, response) => json(response, 200, []);
    await client.containers.list();
    await client.images.list();
    assert.equal(connections, 1);
  });

  describe('over a kept connection that the server closes', () => {
    /** Serves the first request of a connection, and closes the connection at the second. */
    const closesAtSecond = () => {
      const paths: unknown[] = [];
      const seen = new WeakSet<Duplex>();
      handle = (request, response) => {
        paths.push(request.url);
        if (seen.has(request.socket)) return void request.socket.destroy();
        seen.add(request.socket);
        json(response, 200, []);
      };
      return paths;
    };

    it('sends a request again that changes nothing', async () => {
      const paths = closesAtSecond();
      await client.containers.list();
      assert.deepEqual(await client.images.list(), []);
      assert.deepEqual(paths, ['/containers/json', '/images/json', '/images/json']);
    });

    it('does not send a request again that the server may have seen', async () => {
      const paths = closesAtSecond();
      await client.containers.list();
      await assert.rejects(client.containers.start('x'), { code: 'PCH_DAEMON_LOST' });
      assert.deepEqual(paths, ['/containers/json', '/containers/x/start']);
      await client.containers.list();
    });

    it('sends any request again that could not be written', async () => {
      // A server of its own thread closes the connection while this thread, which waits, cannot notice.
      const closed = new Int32Array(new SharedArrayBuffer(4));
      const path = join(directory, 'other.sock');
      const other = new Worker(closingServer, { eval: true, workerData: { path, closed } });
      await once(other, 'message');
      const itsClient = new Client({ host: `unix://${path}` });
      try {
        await itsClient.containers.list();
        Atomics.wait(closed, 0, 0, 5000);
        assert.equal(closed[0], 1);
        assert.equal((await itsClient.containers.create({ Image: 'x' })).Id, 'abc');
      } finally {
        itsClient.close();
        await other.terminate();
      }
    });
  });

  it('throws errors with the server’s code, hint, plugin and hook', async () => {
    handle = (_request, response) =>
      json(response, 409, {
        message: 'name "x" is in use',
        code: 'PCH_NAME_IN_USE',
        hint: 'take another',
        plugin: 'p',
        hook: 'container.preCreate',
      });
    await assert.rejects(client.containers.start('x'), {
      message: 'name "x" is in use',
      code: 'PCH_NAME_IN_USE',
      status: 409,
      hint: 'take another',
      plugin: 'p',
      hook: 'container.preCreate',
    });
  });

  it('throws errors of servers that send no code or no JSON', async () => {
    handle = (_request, response) => json(response, 404, { message: 'No such container: x' });
    await assert.rejects(client.containers.start('x'), {
      message: 'No such container: x',
      code: '',
      status: 404,
    });
    handle = (_request, response) => void response.writeHead(502).end('bad gateway');
    await assert.rejects(client.containers.start('x'), { message: 'bad gateway', status: 502 });
  });

  it('resolves a wait in two steps: registered, then ended', async () => {
    let end: () => void = () => undefined;
    handle = (_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' }).flushHeaders();
      end = () => response.end('{"StatusCode":7}');
    };
    const outcome = await client.containers.wait('x', 'next-exit');
    end();
    assert.deepEqual(await outcome(), { StatusCode: 7 });
  });

  it('reports a daemon that stops during a wait', async () => {
    handle = (_request, response) => {
      response.writeHead(200).flushHeaders();
      setImmediate(() => response.destroy());
    };
    const outcome = await client.containers.wait('x', 'next-exit');
    await assert.rejects(outcome(), { code: 'PCH_DAEMON_LOST' });
  });

  it('hijacks a connection, including bytes that arrived with the response', async () => {
    upgrade = (_request, socket) => {
      socket.write(
        'HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\nContent-Type: x/raw\r\n\r\nfirst ',
      );
      socket.on('data', (data: Buffer) => socket.end(data.toString().toUpperCase()));
    };
    const { socket, contentType } = await client.containers.attach('x', {
      stdin: true,
      stdout: true,
      stderr: true,
    });
    socket.write('typed');
    assert.equal(await readAll(socket), 'first TYPED');
    assert.equal(contentType, 'x/raw');
  });

  it('closes only its half of a hijacked connection at end of input', async () => {
    upgrade = (_request, socket) => {
      socket.write('HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n');
      let text = '';
      socket.on('data', (data: Buffer) => (text += data.toString()));
      socket.on('end', () => socket.end(`got ${text}`));
    };
    const { socket } = await client.containers.attach('x', { stdin: true, stdout: true, stderr: true });
    socket.end('all of it');
    assert.equal(await readAll(socket), 'got all of it');
  });

  it('throws the server’s error when an upgrade is refused', async () => {
    upgrade = (_request, socket) => {
      const body = '{"message":"no such exec","code":"PCH_EXEC_NOT_FOUND"}';
      socket.end(
        `HTTP/1.1 404 Not Found\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`,
      );
    };
    await assert.rejects(client.execs.start('x', {}), { code: 'PCH_EXEC_NOT_FOUND', status: 404 });
  });

  it('streams progress line by line, and sends credentials as base64url', async () => {
    let auth: unknown;
    handle = (request, response) => {
      auth = request.headers['x-registry-auth'];
      response.write('{"status":"a","id":"1"}\n{"sta');
      setImmediate(() => response.end('tus":"b"}\n'));
    };
    const statuses = [];
    const progress = await client.images.pull({
      name: 'debian',
      tag: 'latest',
      auth: { username: 'ü', password: '?' },
    });
    for await (const { status } of progress) statuses.push(status);
    assert.deepEqual(statuses, ['a', 'b']);
    assert.deepEqual(JSON.parse(Buffer.from(String(auth), 'base64url').toString()), {
      username: 'ü',
      password: '?',
    });
  });

  it('reports a daemon that stops during a stream', async () => {
    handle = (_request, response) => void response.write('{"status":"1"}\n', () => response.destroy());
    const read = async (values: AsyncIterable<unknown>) => {
      for await (const value of values) assert.ok(value);
    };
    const lost = { code: 'PCH_DAEMON_LOST', message: /^the connection to pouchd at unix:.* broke/ };
    await assert.rejects(read(await client.images.pull({ name: 'a' })), lost);
    await assert.rejects(read(await client.system.events()), lost);
    await assert.rejects(read(client.containers.followStats('a')), lost);
    const log = await client.containers.logs('a', { stdout: true, stderr: true, follow: true });
    await assert.rejects(read(log), lost);
  });

  it('ends a stream when its signal aborts', async () => {
    handle = (_request, response) => void response.write('{"Type":"container"}\n');
    const controller = new AbortController();
    const events = await client.system.events({ signal: controller.signal });
    await assert.rejects(async () => {
      for await (const event of events) if (event.Type === 'container') controller.abort();
    });
  });

  it('prints the address and how to start the daemon when nothing listens', async () => {
    const path = join(directory, 'none.sock');
    await assert.rejects(new Client({ host: path }).system.ping(), {
      code: 'PCH_DAEMON_UNREACHABLE',
      message: `cannot reach pouchd at unix://${path}: the socket does not exist`,
      hint: /systemctl start pouchd/,
    });
  });

  it('rejects a response that is not JSON', async () => {
    handle = (_request, response) => void response.end('<html>');
    await assert.rejects(client.containers.list(), {
      code: 'PCH_DAEMON_UNREACHABLE',
      message: /^expected JSON from unix:.*, found something else: is it pouchd\?$/,
    });
  });
});

function json(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

async function readAll(stream: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}
