import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { PassThrough, Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { CopyWorkers } from '../../../../../core/files/CopyWorkers.ts';
import { decompressedTar } from '../../../../../core/lifecycle/copy/decompressedTar.ts';
import { ConnectionBody } from '../../../../../hooks/connection/ConnectionBody.ts';

const never = new AbortController().signal;

describe('the beginning of an archive', () => {
  const workers = new CopyWorkers({ command: ['false'], stallMs: 50 });
  after(() => workers.close());
  const begin = (body: Readable) =>
    workers.untilBegun('box', never, (signal) => decompressedTar(body, signal));

  it('is recognized, and stays, in pieces of any size', async () => {
    const text = 'a tar '.repeat(100);
    for (const bytes of [Buffer.from(text), gzipSync(text), Buffer.from('ab'), Buffer.alloc(0)]) {
      const pieces = [...bytes].map((byte) => Buffer.from([byte]));
      const expected = bytes.length > 2 ? text : bytes.toString();
      const body = Readable.from(pieces, { objectMode: false });
      assert.equal((await buffer(await decompressedTar(body, never))).toString(), expected);
    }
  });

  const early: [string, Buffer][] = [
    ['nothing', Buffer.alloc(0)],
    ['a byte', Buffer.from('x')],
    ['the first bytes of a compressed one', gzipSync('x').subarray(0, 4)],
  ];
  for (const [what, bytes] of early) {
    it(`ends the wait for a stream that sends ${what}`, async () => {
      const body = new PassThrough();
      body.write(bytes);
      await assert.rejects(begin(body), { code: 'PCH_COPY_STALLED', message: /of box has not moved/ });
      body.destroy();
    });

    it(`ends the wait for a connection that sends ${what}`, async () => {
      const { server, client, socket } = await connection();
      client.write(bytes);
      const body = new ConnectionBody(socket, 1_000_000, Buffer.alloc(0));
      await assert.rejects(begin(body), { code: 'PCH_COPY_STALLED', message: /of box has not moved/ });
      for (const end of [client, socket]) end.destroy();
      server.close();
    });
  }

  it('ends with its client', async () => {
    const body = new PassThrough();
    const begun = decompressedTar(body, never);
    body.destroy();
    assert.equal(await begun, body);
  });
});

async function connection(): Promise<{ server: Server; client: Socket; socket: Socket }> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1');
  const [socket] = (await once(server, 'connection')) as [Socket];
  return { server, client, socket: socket.pause() };
}
