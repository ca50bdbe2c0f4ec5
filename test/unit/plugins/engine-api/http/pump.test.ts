import assert from 'node:assert/strict';
import { Writable } from 'node:stream';
import { pump } from '../../../../../plugins/engine-api/http/pump.ts';

describe('pump', () => {
  it('pauses the source while the client does not read', async () => {
    let taken = 0;
    let release: () => void = () => undefined;
    const slow = new Writable({
      highWaterMark: 1,
      write: (_chunk, _encoding, done) => void (release = done),
    });
    async function* source(): AsyncGenerator<Buffer> {
      while (taken < 100) yield (taken++, Buffer.alloc(64 * 1024));
    }
    const gone = new AbortController();
    const pumping = pump(source(), slow, (chunk) => chunk, gone.signal);
    for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
    assert.equal(taken, 1);
    release();
    for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
    assert.equal(taken, 2);
    gone.abort();
    await pumping;
  });

  it('ends on abort even if the source hangs', async () => {
    const gone = new AbortController();
    const silent: AsyncIterable<Buffer> = {
      [Symbol.asyncIterator]: () => ({ next: () => new Promise(() => undefined) }),
    };
    const pumping = pump(silent, new Writable(), (chunk) => chunk, gone.signal);
    gone.abort();
    await pumping;
  });
});
