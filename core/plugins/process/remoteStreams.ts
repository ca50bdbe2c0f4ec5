/** Streams whose other end is in another process. Nothing is read ahead: an end is an end there too. */
import { Readable, Writable } from 'node:stream';

export type RemoteCall = (method: string, ...args: unknown[]) => Promise<unknown>;

export function iterated(call: RemoteCall): AsyncIterableIterator<unknown> {
  let hasEnded = false;
  const step = async (method: 'next' | 'return'): Promise<IteratorResult<unknown>> => {
    if (hasEnded) return { done: true, value: undefined };
    hasEnded = method === 'return';
    try {
      const { done, value } = (await call(method)) as { done: boolean; value: unknown };
      hasEnded ||= done;
      return { done, value };
    } catch (error) {
      hasEnded = true;
      throw error;
    }
  };
  return {
    next: () => step('next'),
    return: async () => {
      await step('return');
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

export function readable(call: RemoteCall): Readable {
  const source = iterated(call);
  return new Readable({
    read() {
      source.next().then(
        ({ done, value }) => this.push(done === true ? null : value),
        (error: unknown) => this.destroy(error as Error),
      );
    },
    destroy(error, callback) {
      source.return!().then(
        () => callback(error),
        () => callback(error),
      );
    },
  });
}

export function writable(call: RemoteCall): Writable {
  return new Writable({
    write(chunk: Buffer, _encoding, callback) {
      call('write', chunk).then(() => callback(), callback);
    },
    final(callback) {
      call('end').then(() => callback(), callback);
    },
    destroy(error, callback) {
      call('destroy').then(
        () => callback(error),
        () => callback(error),
      );
    },
  });
}
