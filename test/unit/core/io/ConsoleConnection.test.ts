import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { ConsoleConnection } from '../../../../core/io/console/ConsoleConnection.ts';
import { startConsole } from '../../../../core/io/console/startConsole.ts';
import { waitUntil } from '../../../../core/wait/waitUntil.ts';
import { temporaryDirectory } from './helpers.ts';

describe('the console of a container', () => {
  // Longer than the path of a socket may be.
  const directory = join(temporaryDirectory(), 'a'.repeat(120));
  let received = Buffer.alloc(0);
  let client: Socket | undefined;
  let server: Server;

  before(async () => {
    mkdirSync(directory);
    server = createServer((socket) => {
      client = socket.on('data', (chunk: Buffer) => (received = Buffer.concat([received, chunk])));
    });
    const at = process.cwd();
    process.chdir(directory);
    await new Promise<void>((resolve) => server.listen('console', resolve));
    process.chdir(at);
  });
  beforeEach(() => (received = Buffer.alloc(0)));
  after(() => {
    client?.destroy();
    server.close();
  });

  const open = async () => (await ConsoleConnection.open(directory))!;
  const hasReceived = async (bytes: number) => {
    assert.ok(await waitUntil(() => received.length >= bytes, { withinMs: 5000 }));
    return received;
  };

  it('gets what is typed in messages that it takes, and the size', async () => {
    const connection = await open();
    connection.input.write(Buffer.alloc(9000, 'x'));
    const typed = await hasReceived(9000 + 3 * 3);
    const lengths = [0, 4003, 8006].map((at) => [
      typed.toString('latin1', at, at + 1),
      typed.readUInt16BE(at + 1),
    ]);
    assert.deepEqual(lengths, [
      ['i', 4000],
      ['i', 4000],
      ['i', 1000],
    ]);
    received = Buffer.alloc(0);
    connection.resize({ height: 40, width: 300 });
    connection.close();
    assert.deepEqual([...(await hasReceived(7))], ['r'.charCodeAt(0), 0, 4, 0, 40, 1, 44]);
  });

  it('is asked for output, which ends with it', async () => {
    const connection = await open();
    const chunks: string[] = [];
    const read = (async () => {
      for await (const { data } of connection.output()) chunks.push(data.toString());
    })();
    assert.deepEqual([...(await hasReceived(3))], ['o'.charCodeAt(0), 0, 0]);
    client!.end('INIT: hello');
    await read;
    assert.equal(chunks.join(''), 'INIT: hello');
  });

  it('is undefined for a container without one, and cannot start without its program', async () => {
    assert.equal(await ConsoleConnection.open(temporaryDirectory()), undefined);
    assert.equal(await ConsoleConnection.open('/nosuch'), undefined);
    const settings = { program: '/nosuch/pouch-console', pid: 1, directory, log: 'all', notify: '' };
    await assert.rejects(startConsole(settings), /ENOENT/);
    await assert.rejects(startConsole({ ...settings, program: '/bin/false' }), /has ended/);
  });
});
