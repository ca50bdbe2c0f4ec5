import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { WebSocket, WebSocketServer } from 'ws';
import { waitUntil } from '../../../../../core/wait/waitUntil.ts';
import { mostMessageBytes } from '../../../../../plugins/engine-api/websocket/accept.ts';
import { keepAlive } from '../../../../../plugins/engine-api/websocket/keepAlive.ts';
import { fakeEngine, type FakeEngine } from '../../../../support/fakeEngine.ts';
import { serveApi, type RunningApi } from '../../../../support/apiServer.ts';
import { ask, RawClient } from '../../../../support/RawClient.ts';

const key = 'dGhlIHNhbXBsZSBub25jZQ==';
/** Of section 1.3 of RFC 6455. */
const proof = 's3pPLMBiTxaQ9kYGzzhZRbK+xOo=';
const mask = Buffer.from([1, 2, 3, 4]);

/** A frame of a client. */
function framed(code: number, text: string | Buffer = '', { final = true, length = -1 } = {}): Buffer {
  const payload = Buffer.from(text);
  const size = length < 0 ? payload.length : length;
  const header = Buffer.alloc(size < 126 ? 2 : size < 65536 ? 4 : 10);
  header[0] = (final ? 0x80 : 0) | code;
  header[1] = 0x80 | (size < 126 ? size : size < 65536 ? 126 : 127);
  if (header.length === 4) header.writeUInt16BE(size, 2);
  if (header.length === 10) header.writeBigUInt64BE(BigInt(size), 2);
  return Buffer.concat([header, mask, payload.map((byte, at) => byte ^ mask[at & 3]!)]);
}

describe('attach by WebSocket', () => {
  let engine: FakeEngine;
  let api: RunningApi;
  beforeEach(async () => {
    engine = fakeEngine();
    await engine.images.pull('busybox');
    api = await serveApi(engine);
  });
  afterEach(() => api.stop());

  async function run(body: object = {}): Promise<string> {
    const made = await ask(api.socket, 'POST', '/containers/create', { body: { Image: 'busybox', ...body } });
    await ask(api.socket, 'POST', `/containers/${made.json.Id}/start`);
    return made.json.Id as string;
  }

  function shake(path: string, headers: Record<string, string> = {}): RawClient {
    const client = new RawClient(api.socket);
    const all: Record<string, string> = {
      ...{ Host: 'pouch', Connection: 'Upgrade', Upgrade: 'websocket' },
      ...{ 'Sec-WebSocket-Version': '13', 'Sec-WebSocket-Key': key },
      ...headers,
    };
    const lines = Object.entries(all).flatMap(([name, value]) => (value ? [`${name}: ${value}`] : []));
    client.send(`GET ${path} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`);
    return client;
  }

  const cat = () => run({ Cmd: ['cat'], OpenStdin: true, StdinOnce: true });
  const everything = 'stream=1&stdin=1&stdout=1&stderr=1';

  it('carries input and output in binary frames without headers, and closes at the end', async () => {
    const client = shake(`/v1.47/containers/${await cat()}/attach/ws?${everything}`);
    const head = await client.until(/\r\n\r\n/);
    assert.match(
      head,
      /^HTTP\/1\.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n/,
    );
    assert.ok(head.includes(`Sec-WebSocket-Accept: ${proof}\r\n`), head);
    client.send(framed(2, 'hello\n'));
    await client.until(/\r\n\r\n\x82\x06hello\n$/);
    client.send(framed(8, Buffer.from([0x03, 0xe8])));
    assert.match(await client.untilEnd(), /\x88\x02\x03\xe8$/);
    client.socket.end();
  });

  it('joins fragments, also with a ping between them, and however the bytes arrive', async () => {
    const client = shake(`/containers/${await cat()}/attach/ws?${everything}`);
    await client.until(/\r\n\r\n/);
    const long = 'x'.repeat(70_000);
    const bytes = Buffer.concat([
      framed(1, 'one ', { final: false }),
      framed(9, 'are you there'),
      framed(0, 'two ', { final: false }),
      framed(0, ''),
      framed(2, 'three\n'),
      framed(10, 'unasked'),
    ]);
    for (const byte of bytes) client.send(Buffer.from([byte]));
    const seen = await client.until(/three\n/);
    assert.match(seen, /\x8a\x0dare you there/);
    client.send(framed(2, long));
    client.send(framed(2, '$'));
    const all = await client.until(/\$/);
    // Without the headers of the frames that the output came in.
    const body = all.slice(all.indexOf('\r\n\r\n') + 4);
    assert.equal(body.replaceAll(/[^x]/g, '').length, long.length);
    client.socket.destroy();
  });

  it('ends with the output by a close', async () => {
    const id = await run({ Cmd: ['echo', 'bye'] });
    const client = shake(`/containers/${id}/attach/ws?logs=1&stream=0&stdout=1`);
    await client.until(/\r\n\r\n\x82\x04bye\n\x88\x02\x03\xe8$/);
    client.socket.end();
  });

  it('sends text before API 1.28, where all streams are attached whatever the query says', async () => {
    const client = shake(`/v1.27/containers/${await cat()}/attach/ws?stream=1`);
    await client.until(/\r\n\r\n/);
    client.send(framed(1, 'hello\n'));
    await client.until(/\x81\x06hello\n/);
    client.socket.destroy();
  });

  it('detaches by its keys from a terminal', async () => {
    const id = await run({ Cmd: ['sh'], Tty: true, OpenStdin: true });
    const client = shake(`/containers/${id}/attach/ws?${everything}&detachKeys=ctrl-x`);
    await client.until(/\r\n\r\n/);
    client.send(framed(2, '\x18'));
    await client.until(/\x88\x02\x03\xe8$/);
    assert.equal(engine.containers.inspect(id).state.status, 'running');
    client.socket.end();
  });

  const handshakes: [string, Record<string, string>, RegExp][] = [
    ['no upgrade', { Upgrade: '', Connection: '' }, / 400 .*found Upgrade: none/s],
    ['another protocol', { Upgrade: 'tcp' }, / 400 .*found Upgrade: tcp/s],
    ['another version', { 'Sec-WebSocket-Version': '8' }, / 400 .*found Sec-WebSocket-Version: 8/s],
    ['no key', { 'Sec-WebSocket-Key': '' }, / 400 .*invalid Sec-WebSocket-Key/s],
    ['a short key', { 'Sec-WebSocket-Key': 'dGhl' }, / 400 .*invalid Sec-WebSocket-Key/s],
    ['a web page', { Origin: 'http://localhost' }, / 403 .*found a web page/s],
  ];
  for (const [what, headers, refusal] of handshakes)
    it(`is refused for ${what}`, async () => {
      const client = shake(`/containers/${await cat()}/attach/ws?${everything}`, {
        ...headers,
        ...(what === 'no upgrade' && { Connection: 'close' }),
      });
      assert.match(await client.untilEnd(), refusal);
      client.socket.destroy();
    });

  it('is refused like any other request for a container that does not exist', async () => {
    const client = shake(`/containers/nosuch/attach/ws?${everything}`);
    assert.match(await client.untilEnd(), /^HTTP\/1\.1 404.*No such container: nosuch/s);
    client.socket.destroy();
  });

  const protocolError = /\x88.\x03\xea/s;
  const attacks: [string, Buffer, RegExp][] = [
    ['a frame without a mask', Buffer.from([0x82, 0x01, 0x78]), protocolError],
    ['reserved bits', Buffer.from([0xc2, 0x80, 1, 2, 3, 4]), protocolError],
    ['an unknown opcode', framed(3, 'x'), protocolError],
    ['an unknown control opcode', framed(11, 'x'), protocolError],
    ['a ping in parts', framed(9, 'x', { final: false }), protocolError],
    ['a long ping', framed(9, 'x'.repeat(126)), protocolError],
    ['a continuation of nothing', framed(0, 'x'), protocolError],
    [
      'a message within a message',
      Buffer.concat([framed(1, 'x', { final: false }), framed(1, 'y')]),
      protocolError,
    ],
    ['half a close code', framed(8, 'x'), protocolError],
    [
      'a frame of 2^63 bytes',
      Buffer.from([0x82, 0xff, 255, 255, 255, 255, 255, 255, 255, 255, 1, 2, 3, 4]),
      /\x88.\x03\xf1/s,
    ],
    ['a frame that is too long', framed(2, '', { length: mostMessageBytes + 1 }), /\x88.\x03\xf1/s],
    ['HTTP', Buffer.from('GET / HTTP/1.1\r\n\r\n'), protocolError],
    ['a close with a code of no meaning', framed(8, Buffer.from([0, 1])), protocolError],
  ];
  for (const [what, bytes, response] of attacks)
    it(`closes the connection for ${what}, and the container and the API continue`, async () => {
      const id = await cat();
      const client = shake(`/containers/${id}/attach/ws?${everything}`);
      await client.until(/\r\n\r\n/);
      client.send(bytes);
      client.send(framed(2, 'late'));
      const seen = await client.untilEnd();
      assert.match(seen.slice(seen.indexOf('\r\n\r\n') + 4), response);
      assert.doesNotMatch(seen, /late/);
      client.socket.end();
      await once(client.socket, 'close');
      assert.equal((await ask(api.socket, 'GET', `/containers/${id}/json`)).status, 200);
    });

  it('ends the connection of a client that does not close it', async () => {
    const client = shake(`/containers/${await cat()}/attach/ws?${everything}`);
    await client.until(/\r\n\r\n/);
    client.send(framed(3, 'x'));
    await client.untilEnd();
    const isReset = () => client.socket.destroyed || !client.socket.write('x');
    assert.ok(await waitUntil(isReset, { withinMs: 10_000 }));
  });

  it('blocks a program whose client does not read, and sends no pongs beyond the buffer', async () => {
    const made = await ask(api.socket, 'POST', '/containers/create', {
      body: { Image: 'busybox', Cmd: ['yes'] },
    });
    const id = made.json.Id as string;
    const client = shake(`/containers/${id}/attach/ws?stream=1&stdout=1`);
    await client.until(/101 Switching/);
    client.socket.pause();
    await ask(api.socket, 'POST', `/containers/${id}/start`);
    const { process: program } = engine.containers.find(id);
    let before = -1;
    while (program.written !== before) {
      before = program.written;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    assert.ok(program.written < 2_000_000, `${program.written} bytes were written`);
    const heap = process.memoryUsage().rss;
    const pings = Buffer.concat(Array.from({ length: 10_000 }, () => framed(9, 'x'.repeat(125))));
    for (let n = 0; n < 20; n++) await new Promise((sent) => client.socket.write(pings, sent));
    assert.ok(process.memoryUsage().rss - heap < 100_000_000);
    client.socket.destroy();
    await ask(api.socket, 'POST', `/containers/${id}/kill`);
  });
});

describe('a WebSocket client that is gone', () => {
  it('is noticed by its silence, and one that responds is not', async () => {
    const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
    server.on('connection', (socket) => keepAlive(socket, 20));
    await once(server, 'listening');
    const open = (autoPong: boolean) =>
      new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`, { autoPong });
    const [silent, alive] = [open(false), open(true)];
    let pings = 0;
    alive.on('ping', () => (pings += 1));
    await once(silent, 'close');
    const seen = pings;
    while (pings < seen + 5) await once(alive, 'ping');
    assert.equal(alive.readyState, alive.OPEN);
    alive.terminate();
    server.close();
  });
});
