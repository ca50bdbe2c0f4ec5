import { once } from 'node:events';
import type { Writable } from 'node:stream';

/** Writes, and waits for a slow reader, so that output is not buffered without bound. */
export async function write(stream: Writable, data: Buffer | string): Promise<void> {
  if (!stream.write(data)) await once(stream, 'drain');
}
