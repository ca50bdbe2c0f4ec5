import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { waitUntil } from '../../core/wait/waitUntil.ts';
import { freePort } from '../support/freePort.ts';
import { useDaemon } from '../support/useDaemon.ts';

const pouch = resolve(import.meta.dirname, '../../bin/pouch');

interface Response {
  status: number;
  headers: Record<string, string>;
  body: string;
}

/** Sends lines as they are, and reads until the end of the connection. */
async function send(port: number, ...lines: string[]): Promise<Response> {
  const socket = connect(port, '127.0.0.1');
  socket.setTimeout(30_000, () => socket.destroy());
  let text = '';
  socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
  socket.on('error', () => undefined);
  socket.write(`${lines.join('\r\n')}\r\n\r\n`);
  await new Promise((closed) => socket.once('close', closed));
  const [head = '', ...rest] = text.split('\r\n\r\n');
  const [first = '', ...fields] = head.split('\r\n');
  const headers = fields.map((field) => {
    const colon = field.indexOf(':');
    return [field.slice(0, colon).toLowerCase(), field.slice(colon + 1).trim()] as const;
  });
  return {
    status: Number(first.split(' ')[1] ?? 0),
    headers: Object.fromEntries(headers),
    body: rest.join('\r\n\r\n'),
  };
}

describe('pouch web', function () {
  this.timeout(90_000);
  this.slow(10_000);
  const daemon = useDaemon();
  let web: ChildProcess | undefined;
  let errors = '';
  let port = 0;
  let token = '';
  let folder = '';
  let cookie = '';
  const host = () => `Host: 127.0.0.1:${port}`;
  const get = (path: string, ...fields: string[]) =>
    send(port, `GET ${path} HTTP/1.1`, host(), 'Connection: close', ...fields);
  const page = (path: string, ...fields: string[]) => get(`${folder}${path}`, `Cookie: ${cookie}`, ...fields);

  async function start(...args: string[]): Promise<void> {
    const child = (web = spawn(pouch, ['web', ...args], {
      env: { ...process.env, POUCH_HOST: daemon.it.host },
    }));
    let output = '';
    errors = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
    const address = /^http:\/\/127\.0\.0\.1:(\d+)\/\?token=([\w-]{43})\n$/;
    assert.ok(await waitUntil(() => address.test(output), { withinMs: 30_000 }), output + errors);
    const [, number, secret = ''] = address.exec(output)!;
    [port, token] = [Number(number), secret];
  }

  async function end(signal: NodeJS.Signals = 'SIGINT'): Promise<number | null> {
    const child = web;
    web = undefined;
    if (!child) return null;
    const ended = once(child, 'exit') as Promise<[number | null]>;
    child.kill(signal);
    return (await ended)[0];
  }

  before(async () => {
    await start();
    const { headers } = await get(`/?token=${token}`);
    folder = headers['location']!.replace('/pouch/console', '');
    cookie = headers['set-cookie']!.split(';')[0]!;
  });

  after(() => end('SIGKILL'));

  it('the token is exchanged for a cookie that scripts, other sites and other paths do not get', async () => {
    const { status, headers } = await get(`/?token=${token}`);
    assert.equal(status, 303);
    assert.match(headers['location']!, /^\/[\w-]{43}\/pouch\/console$/);
    const [value, ...attributes] = headers['set-cookie']!.split('; ');
    assert.match(value!, /^pouch-web=[\w-]{43}$/);
    assert.deepEqual(attributes, [`Path=${folder}/`, 'HttpOnly', 'SameSite=Strict']);
    assert.equal(headers['referrer-policy'], 'no-referrer');
    assert.ok(![folder, cookie].some((secret) => secret.includes(token)));
    for (const wrong of ['/', '/?token=', '/?token=x', `/?token=${token}x`, `/?TOKEN=${token}`])
      assert.equal((await get(wrong)).status, 401, wrong);
  });

  it('serves documents and data with the headers of pouchd', async () => {
    const index = await page('/pouch/console');
    assert.equal(index.status, 200);
    assert.match(index.body, /<h2>console<\/h2>/);
    assert.match(index.headers['content-security-policy']!, /^default-src 'none'; style-src 'sha256-/);
    for (const [name, value] of [
      ['cache-control', 'no-store'],
      ['x-content-type-options', 'nosniff'],
      ['x-frame-options', 'DENY'],
      ['content-type', 'text/html; charset=utf-8'],
    ] as const)
      assert.equal(index.headers[name], value);
    assert.equal(index.headers['docker-experimental'], undefined);
    const overview = await page('/pouch/console/console/containers?state=running&refresh=5');
    assert.match(overview.body, /http-equiv="refresh"/);
    const data = await page('/pouch/console/console/overview?format=json');
    assert.equal(JSON.parse(data.body).plugin, 'console');
    const missing = await page('/pouch/console/console/nothing');
    assert.deepEqual([missing.status, /Page not found/.test(missing.body)], [404, true]);
    assert.equal(
      (await page('/pouch/console', 'Sec-Fetch-Site: same-origin', `Origin: http://127.0.0.1:${port}`))
        .status,
      200,
    );
  });

  it('needs both the cookie and the path', async () => {
    const attempts: [string, string][] = [
      [`${folder}/pouch/console`, ''],
      [`${folder}/pouch/console`, 'Cookie: pouch-web=x'],
      [`${folder}/pouch/console`, `Cookie: pouch-web=${token}`],
      [`${folder}/pouch/console`, `Cookie: x${cookie}`],
      ['/pouch/console', `Cookie: ${cookie}`],
      [`${folder}x/pouch/console`, `Cookie: ${cookie}`],
      ['//pouch/console', `Cookie: ${cookie}`],
      [`/pouch/console?token=${token}`, ''],
    ];
    for (const [path, field] of attempts) {
      const { status, body } = await get(path, ...(field === '' ? [] : [field]));
      assert.equal(status, 401, `${path} ${field}`);
      assert.match(body, /open the address that `pouch web` has printed/);
    }
    assert.equal((await page('/pouch/console')).status, 200);
  });

  it('forwards paths of the console only', async () => {
    for (const path of [
      '/',
      '/info',
      '/containers/json',
      '/pouch/plugins',
      '/pouch/consoles',
      '/pouch/console/../plugins',
      '/pouch/console/%2e%2e/plugins',
      '/pouch/console/console/..%2f..%2fplugins',
      '/pouch/console/console/overview/x',
      '/v1.41/pouch/console',
      '/pouch//console',
      '/pouch/console/console',
    ])
      assert.equal((await page(path)).status, 404, path);
    const smuggled = await page('/pouch/console/console/overview?x=%0d%0aX:%20y%20HTTP/1.1');
    assert.equal(smuggled.status, 200);
  });

  it('refuses other methods, bodies and targets', async () => {
    for (const method of ['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'HEAD']) {
      const { status, headers } = await send(
        port,
        `${method} ${folder}/pouch/console HTTP/1.1`,
        host(),
        'Connection: close',
        `Cookie: ${cookie}`,
      );
      assert.deepEqual([status, headers['allow']], [405, 'GET'], method);
    }
    assert.equal((await page('/pouch/console', 'Content-Length: 3', '', 'abc')).status, 400);
    assert.equal((await page('/pouch/console', 'Transfer-Encoding: chunked', '', '0', '')).status, 400);
  });

  it('refuses names of other hosts and requests of other pages', async () => {
    for (const name of ['evil.example', `evil.example:${port}`, '127.0.0.1.evil.example', '10.0.0.1', ''])
      assert.ok(
        [400, 403].includes(
          (await send(port, `GET /?token=${token} HTTP/1.1`, `Host: ${name}`, 'Connection: close')).status,
        ),
        name,
      );
    const others = [
      'Origin: http://evil.example',
      'Origin: null',
      `Origin: https://127.0.0.1:${port}`,
      'Origin: http://127.0.0.1:1',
      'Sec-Fetch-Site: cross-site',
      'Sec-Fetch-Site: same-site',
    ];
    for (const field of others) {
      assert.equal((await page('/pouch/console', field)).status, 403, field);
      assert.equal((await get(`/?token=${token}`, field)).status, 403, field);
    }
    const tunnel = await send(
      port,
      `GET /?token=${token} HTTP/1.1`,
      'Host: localhost:8000',
      'Connection: close',
    );
    assert.equal(tunnel.status, 303, 'through a tunnel with another port');
  });

  it('limits headers and connections', async () => {
    const { status } = await page('/pouch/console', `X: ${'x'.repeat(20_000)}`);
    assert.ok([0, 400, 431].includes(status), `${status}`);
    const sockets = Array.from({ length: 60 }, () => connect(port, '127.0.0.1'));
    const closed = new Set<unknown>();
    for (const socket of sockets)
      socket.on('error', () => closed.add(socket)).on('close', () => closed.add(socket));
    assert.ok(await waitUntil(() => closed.size >= 28, { withinMs: 20_000 }), `${closed.size} closed`);
    for (const socket of sockets) socket.destroy();
    const works = async () => (await page('/pouch/console')).status === 200;
    assert.ok(await waitUntil(works, { withinMs: 20_000 }));
  });

  it('a port in use and a daemon that is away are errors of the command', async () => {
    const taken = createServer();
    const number = await freePort();
    await new Promise<void>((done) => taken.listen(number, '127.0.0.1', done));
    const { exitCode, stdout, stderr } = await daemon.pouch('web', '--port', String(number));
    taken.close();
    assert.deepEqual([exitCode, stdout], [1, '']);
    assert.match(
      stderr,
      new RegExp(`port ${number} of 127\\.0\\.0\\.1 is in use\nhint: choose another with --port`),
    );
    assert.match((await daemon.pouch('web', '--port', '70000')).stderr, /--port/);
    const away = await daemon.pouch('-H', `unix://${join(daemon.it.dir, 'none.sock')}`, 'web');
    assert.deepEqual([away.exitCode, away.stdout], [1, '']);
    assert.match(away.stderr, /cannot reach pouchd/);
  });

  it('a daemon that restarts: an error meanwhile, and then it works', async () => {
    await daemon.it.stop();
    const { status, body } = await page('/pouch/console');
    assert.equal(status, 502);
    assert.match(body, /pouch web: cannot reach pouchd/);
    const refreshed = await page('/pouch/console/console/overview?refresh=5');
    assert.deepEqual([refreshed.status, refreshed.headers['refresh']], [502, '5']);
    await daemon.it.start();
    assert.equal((await page('/pouch/console')).status, 200);
  });

  it('Ctrl-C ends it, with connections open; another has other keys', async () => {
    const before = token;
    const open = connect(port, '127.0.0.1').on('error', () => undefined);
    await once(open, 'connect');
    assert.equal(await end('SIGINT'), 0);
    open.destroy();
    await start('--port', String(port));
    assert.notEqual(token, before);
    assert.equal((await page('/pouch/console')).status, 401);
    assert.match(errors, /^The console of unix:/);
    assert.equal(await end('SIGTERM'), 0);
  });

  it('help, completion', async () => {
    assert.match(await daemon.ok('web', '--help'), /--port <number> +Port of 127\.0\.0\.1/);
    assert.match(await daemon.ok('--help'), /\n +web +Serve the web console/);
    assert.match(await daemon.ok('completion', 'bash'), /"web"\)/);
  });
});
