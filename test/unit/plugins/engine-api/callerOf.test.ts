import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Engine } from '../../../../hooks/index.ts';
import { callerOf } from '../../../../plugins/engine-api/server/callerOf.ts';

describe('the caller of a request', () => {
  it('is known after the end of its connection, which an operation may outlive', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'caller-'));
    const path = join(directory, 'socket');
    const server = createServer().listen(path);
    await once(server, 'listening');
    const client = connect(path);
    const [socket] = (await once(server, 'connection')) as [Socket];
    const peer = { pid: 7, uid: 1000, gid: 1000 };
    const asked: number[] = [];
    const system = { peerOf: (fd: number) => (asked.push(fd), peer) };
    const engine = { system } as unknown as Engine;
    assert.deepEqual(callerOf(socket, `unix://${path}`, engine), { transport: 'unix', ...peer });
    client.destroy();
    socket.destroy();
    await once(socket, 'close');
    assert.deepEqual(callerOf(socket, `unix://${path}`, engine), { transport: 'unix', ...peer });
    assert.equal(asked.length, 1);
    server.close();
    await rm(directory, { recursive: true });
  });
});
