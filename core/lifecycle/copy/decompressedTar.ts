import { once } from 'node:events';
import { Readable } from 'node:stream';
import { ConnectionBody } from '../../../hooks/connection/ConnectionBody.ts';
import { compressionOf, decompressed, magicLength } from '../../images/index.ts';

/** Returns the stream itself unless it is compressed: a copy of many gigabytes takes no detour. */
export async function decompressedTar(body: Readable, signal: AbortSignal): Promise<Readable> {
  if (body instanceof ConnectionBody && body.isUntouched) {
    const head = await body.peek(magicLength, signal);
    return compressionOf(head) === 'none' ? body : await decompressed(body);
  }
  const head = await firstBytes(body, magicLength, signal);
  if (head.length === 0) return body;
  // A stream that has ended takes nothing back.
  if (body.readableEnded) return Readable.from([head], { objectMode: false });
  body.unshift(head);
  return compressionOf(head) === 'none' ? body : await decompressed(body);
}

/** At least `size` bytes, unless the stream is shorter. */
async function firstBytes(body: Readable, size: number, signal: AbortSignal): Promise<Buffer> {
  let head = Buffer.alloc(0);
  for (;;) {
    const chunk = body.read() as Buffer | null;
    if (chunk !== null) head = Buffer.concat([head, chunk]);
    if (head.length >= size || body.readableEnded || body.destroyed) return head;
    if (chunk === null) await readable(body, signal);
  }
}

/** Resolves when there may be more to read, or nothing will be. @throws the signal's reason */
async function readable(body: Readable, signal: AbortSignal): Promise<void> {
  const waiting = new AbortController();
  const stop = () => waiting.abort();
  for (const event of ['end', 'close'] as const) body.once(event, stop);
  signal.addEventListener('abort', stop, { once: true });
  await once(body, 'readable', { signal: waiting.signal }).catch(() => undefined);
  for (const event of ['end', 'close'] as const) body.off(event, stop);
  signal.removeEventListener('abort', stop);
  signal.throwIfAborted();
}
