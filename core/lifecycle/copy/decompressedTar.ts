import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { ConnectionBody } from '../../../hooks/connection/ConnectionBody.ts';
import { compressionOf, decompressed, magicLength } from '../../images/index.ts';

/** Returns the stream itself unless it is compressed: a copy of many gigabytes takes no detour. */
export async function decompressedTar(body: Readable, signal: AbortSignal): Promise<Readable> {
  if (body instanceof ConnectionBody && body.isUntouched) {
    const head = await body.peek(magicLength, signal);
    return compressionOf(head) === 'none' ? body : await decompressed(body);
  }
  const head = await firstChunk(body, signal);
  if (head === undefined) return body;
  body.unshift(head);
  return compressionOf(head) === 'none' ? body : await decompressed(body);
}

/** Undefined for an empty stream. */
async function firstChunk(body: Readable, signal: AbortSignal): Promise<Buffer | undefined> {
  for (;;) {
    const chunk = body.read() as Buffer | null;
    if (chunk !== null) return chunk;
    if (body.readableEnded || body.destroyed) return undefined;
    const waiting = new AbortController();
    const stop = () => waiting.abort();
    body.once('end', stop);
    signal.addEventListener('abort', stop, { once: true });
    await once(body, 'readable', { signal: waiting.signal }).catch(() => undefined);
    body.off('end', stop);
    signal.removeEventListener('abort', stop);
    signal.throwIfAborted();
  }
}
