/** Archives on connections of clients, which the process that moves the files reads and writes itself. */
import assert from 'node:assert/strict';
import { createServer, connect, type Socket } from 'node:net';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import tar from 'tar-stream';
import { execa } from 'execa';
import { CopyWorkers } from '../../core/files/CopyWorkers.ts';
import { identify } from '../../core/supervise/processIdentity.ts';
import { waitUntil } from '../../core/wait/waitUntil.ts';
import { RawClient } from '../support/RawClient.ts';
import { useDaemon } from '../support/useDaemon.ts';

async function tarOf(name: string, content: string): Promise<Buffer> {
  const pack = tar.pack();
  pack.entry({ name }, content);
  pack.finalize();
  return await buffer(pack as AsyncIterable<Buffer>);
}

/** Chunks of an HTTP body, of various sizes. */
function chunked(bytes: Buffer): Buffer {
  const parts: Buffer[] = [];
  for (
    let at = 0, size = 1;
    at < bytes.length;
    at += size, size = Math.min(size * 3, bytes.length - at || 1)
  ) {
    const part = bytes.subarray(at, at + size);
    parts.push(Buffer.from(`${part.length.toString(16)};part\r\n`), part, Buffer.from('\r\n'));
  }
  return Buffer.concat([...parts, Buffer.from('0\r\nTrailer: x\r\n\r\n')]);
}

describe('archives on connections of clients', function () {
  this.timeout(60_000);
  this.slow(5_000);
  const daemon = useDaemon();
  const { ok } = daemon;
  const socketPath = () => daemon.it.host.replace('unix://', '');
  const put = '/containers/box/archive?path=/in';
  const get = '/containers/box/archive?path=/large';
  const isCopying = async () => (await daemon.it.client.pouch.ops()).some(({ verb }) => verb === 'copy');
  const isIdle = async () => !(await isCopying());
  const sizeOf = async (path: string) => Number(await ok('exec', 'box', 'stat', '-c', '%s', path));

  before(async () => {
    const script = 'mkdir /in; dd if=/dev/zero of=/large bs=1M count=16; touch /ready; sleep 1000';
    await ok('run', '-d', '--name', 'box', '--tmpfs', '/small:size=1m', 'busybox', 'sh', '-c', script);
    await ok('exec', 'box', 'sh', '-c', 'until [ -e /ready ]; do sleep 0.01; done');
  });

  /** Sends a request, and returns what comes up to the end of the connection. */
  async function exchange(head: string, body: Buffer, isEnded = false): Promise<string> {
    const client = new RawClient(socketPath());
    client.send(`${head}\r\n\r\n`);
    client.send(body);
    if (isEnded) client.socket.end();
    const received = await client.untilEnd();
    client.socket.destroy();
    return received;
  }

  const chunkedHead = `PUT ${put} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked`;

  it('are extracted, however their bodies are delimited', async () => {
    const archive = await tarOf('file', 'of the client'.repeat(10_000));
    const rest = Buffer.concat([archive, Buffer.alloc(3_000_000)]);
    const lengthHead = (bytes: Buffer) => `PUT ${put} HTTP/1.1\r\nHost: x\r\nContent-Length: ${bytes.length}`;
    const rows: [what: string, head: string, body: Buffer][] = [
      ['chunks', chunkedHead, chunked(archive)],
      ['a version in the path', chunkedHead.replace('/containers', '/v1.41/containers'), chunked(archive)],
      ['a length', lengthHead(archive), archive],
      ['more than the archive', lengthHead(rest), rest],
      ['chunks after the archive', chunkedHead, chunked(rest)],
      ['HTTP/1.0', lengthHead(archive).replace('HTTP/1.1', 'HTTP/1.0'), archive],
    ];
    for (const [what, head, body] of rows) {
      await ok('exec', 'box', 'rm', '-f', '/in/file');
      assert.match(await exchange(head, body), /^HTTP\/1\.1 200 OK\r\n/, what);
      assert.equal(await sizeOf('/in/file'), 130_000, what);
    }
  });

  it('are asked for with 100 Continue', async () => {
    const file = join(daemon.it.dir, 'upload.tar');
    await writeFile(file, await tarOf('continued', 'x'));
    const url = `http://x${put}`;
    const args = [
      '-sS',
      '--unix-socket',
      socketPath(),
      '-H',
      'Expect: 100-continue',
      '-T',
      file,
      url,
      '-w',
      '%{http_code}',
    ];
    assert.equal((await execa('curl', args)).stdout, '200');
    assert.equal(await sizeOf('/in/continued'), 1);
  });

  it('are refused when their bodies are malformed or cut off, and the next one is taken', async () => {
    const whole = chunked(await tarOf('file', 'x'.repeat(5000)));
    const rows: [what: string, body: Buffer, isEnded: boolean, expected: RegExp][] = [
      [
        'a malformed size',
        Buffer.from('zz\r\nfoo\r\n0\r\n\r\n'),
        false,
        /PCH_ARCHIVE_INVALID|malformed size/,
      ],
      ['a body that is cut off', whole.subarray(0, 3000), true, /the connection has ended before the body/],
      ['a chunk that is too long', Buffer.from(`3\r\n${'x'.repeat(1000)}`), false, /longer than its size/],
      ['a body without a byte', Buffer.alloc(0), true, /the connection has ended before the body/],
    ];
    for (const [what, body, isEnded, expected] of rows) {
      const received = await exchange(chunkedHead, body, isEnded);
      assert.match(received, /^HTTP\/1\.1 400 /, what);
      assert.match(received, expected, what);
    }
    assert.match(await exchange(chunkedHead, whole), /^HTTP\/1\.1 200 /);
  });

  it('are read to their end after an error, which the client gets', async () => {
    const large = chunked(Buffer.alloc(8_000_000));
    const received = await exchange(chunkedHead.replace('/box/', '/missing/'), large);
    assert.match(received, /^HTTP\/1\.1 404 .*No such container: missing/s);
  });

  it('are sent on connections that are kept, one after another', async () => {
    const client = new RawClient(socketPath());
    const request = (path: string) => `GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`;
    client.send(request(get) + request('/containers/box/archive?path=/ready') + request('/_ping'));
    const received = await client.until(/\r\n\r\nOK/);
    client.socket.destroy();
    assert.equal(received.match(/HTTP\/1\.1 200 OK/g)?.length, 3);
    assert.ok(received.length > 16 << 20);
  });

  it('are sent to clients of HTTP/1.0, without chunks', async () => {
    const received = await exchange(`GET ${get} HTTP/1.0`, Buffer.alloc(0));
    assert.equal(received.length - received.indexOf('\r\n\r\n') - 4, 512 + (16 << 20) + 1024);
  });

  it('end with a client that leaves', async () => {
    for (const head of [`GET ${get} HTTP/1.1\r\nHost: x`, chunkedHead]) {
      const socket = connect(socketPath());
      socket.on('error', () => undefined);
      socket.write(`${head}\r\n\r\n`);
      if (head === chunkedHead) socket.write(chunked(await tarOf('file', 'x')).subarray(0, 600));
      assert.ok(await waitUntil(isCopying, { withinMs: 10_000 }), head);
      socket.destroy();
      assert.ok(await waitUntil(isIdle, { withinMs: 10_000 }), head);
    }
  });

  it('end when nothing moves', async () => {
    const copying = new CopyWorkers({
      command: [join(import.meta.dirname, '../../bin/pouch-files'), 'test'],
      stallMs: 300,
    });
    const path = join(daemon.it.dir, 'client.sock');
    const server = createServer().listen(path);
    await once(server, 'listening');
    const client = connect(path);
    const [socket] = (await once(server, 'connection')) as [Socket];
    const { State } = (await daemon.it.inspect('box'))!;
    const args = {
      view: { init: identify(State.Pid)! },
      path: '/large',
      isBare: false,
      uidMappings: [],
      gidMappings: [],
    };
    const sent = copying.send(
      'box',
      args,
      { socket, begin: () => Promise.resolve() },
      new AbortController().signal,
    );
    await assert.rejects(sent, { code: 'PCH_COPY_STALLED' });
    for (const end of [client, socket]) end.destroy();
    server.close();
    copying.close();
  });

  it('end with pouchd, and work after its start', async () => {
    const client = new RawClient(socketPath());
    client.socket.pause();
    client.send(`GET ${get} HTTP/1.1\r\nHost: x\r\n\r\n`);
    const upload = connect(socketPath());
    upload.on('error', () => undefined);
    upload.write(`${chunkedHead}\r\n\r\n`);
    upload.write(chunked(await tarOf('cut', 'x'.repeat(100_000))).subarray(0, 50_000));
    const isBusy = async () =>
      (await daemon.it.client.pouch.ops()).filter(({ verb }) => verb === 'copy').length === 2;
    assert.ok(await waitUntil(isBusy, { withinMs: 10_000 }));
    await daemon.it.kill9();
    const workers = async () =>
      (await execa('pgrep', ['-f', `pouch-files.*${daemon.it.state}`], { reject: false })).stdout;
    assert.ok(await waitUntil(async () => (await workers()) === '', { withinMs: 10_000 }));
    for (const socket of [client.socket, upload]) socket.destroy();
    await daemon.it.start();
    assert.match(await exchange(chunkedHead, chunked(await tarOf('cut', 'whole'))), /^HTTP\/1\.1 200 /);
    assert.equal(await sizeOf('/in/cut'), 5);
  });
});
