import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { connectTo } from '../../../../core/io/RequestConnection.ts';
import { encodeFrame, frame } from '../../../../core/io/protocol.ts';
import { Subscription } from '../../../../core/io/Subscription.ts';
import { temporaryDirectory } from '../temporaryDirectory.ts';

describe('a subscription to the output of a container', () => {
  const directory = temporaryDirectory();

  it('to an unknown container rejects `ready`, without an unhandled rejection', async () => {
    const path = join(directory.path, 'keeper.sock');
    const keeper = createServer((socket) =>
      socket.once('data', () => socket.end(encodeFrame(frame.unknown))),
    );
    await once(keeper.listen(path), 'listening');
    const subscription = new Subscription({
      container: 'c1',
      token: 't1',
      stallMs: 0,
      connect: () => connectTo(path),
      onDone: () => {},
    });
    try {
      await subscription.start();
      await assert.rejects(subscription.ready, { code: 'PCH_CONTAINER_NOT_RUNNING' });
    } finally {
      keeper.close();
    }
  });
});
