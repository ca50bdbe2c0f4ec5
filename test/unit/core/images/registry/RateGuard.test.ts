import assert from 'node:assert/strict';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { RateGuard, type TooSlowError } from '../../../../../core/images/registry/RateGuard.ts';
import { waitUntil } from '../../../../../core/wait/waitUntil.ts';

/** 100 bytes in a window. */
const minimum = { rate: 1000, window: 100 };

describe('the minimum rate of a registry', () => {
  let socket: { bytesRead: number };
  let response: { complete: boolean; readableLength: number };
  let errors: TooSlowError[];
  let guard: RateGuard;

  beforeEach(() => {
    socket = { bytesRead: 5000 };
    response = { complete: false, readableLength: 0 };
    errors = [];
    guard = new RateGuard(minimum, (error) => errors.push(error));
  });

  afterEach(() => guard.stop());

  function begin({ headers }: { headers: boolean }): void {
    if (headers) guard.response = response as IncomingMessage;
    guard.watch(socket as Socket);
  }

  const windows = (count: number) => delay(count * minimum.window);

  it('rejects a body that is sent too slowly', async () => {
    begin({ headers: true });
    socket.bytesRead += 3;
    assert.ok(await waitUntil(() => errors.length > 0, { withinMs: 5000 }));
    assert.equal(errors[0]?.bytes, 3);
  });

  it('is not applied while received bytes wait for their reader, or when all have arrived', async () => {
    begin({ headers: true });
    response.readableLength = 10;
    await windows(3);
    Object.assign(response, { readableLength: 0, complete: true });
    await windows(3);
    assert.deepEqual(errors, []);
  });

  it('is not applied before the first bytes, but to headers that are sent byte by byte', async () => {
    begin({ headers: false });
    socket.bytesRead += 3;
    await windows(3);
    assert.deepEqual(errors, []);
    socket.bytesRead += 1;
    assert.ok(await waitUntil(() => errors.length > 0, { withinMs: 5000 }));
  });
});
