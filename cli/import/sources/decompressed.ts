import { type Readable, pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { toolOutput } from './toolOutput.ts';

/** Programs that decompress what Node cannot, by the first bytes of the stream in hexadecimal. */
const tools: Record<string, { command: string; package: string; args: string[] }> = {
  fd377a585a00: { command: 'xz', package: 'xz-utils', args: ['-dc', '--memlimit-decompress=512MiB'] },
  '28b52ffd': { command: 'zstd', package: 'zstd', args: ['-dcq', '--memory=512MB'] },
};

/** Returns the stream, decompressed if it is compressed with gzip, xz or zstd. */
export async function decompressed(source: Readable): Promise<Readable> {
  const head = (await firstBytes(source)).toString('hex');
  // The reader receives errors from the stream; pipeline needs a callback all the same.
  if (head.startsWith('1f8b')) return pipeline(source, createGunzip(), () => undefined);
  const tool = Object.entries(tools).find(([magic]) => head.startsWith(magic))?.[1];
  return tool === undefined ? source : toolOutput({ ...tool, stdin: source });
}

/** Looks at the beginning of a stream, and puts it back. */
async function firstBytes(source: Readable): Promise<Buffer> {
  for (;;) {
    const chunk = source.read() as Buffer | null;
    if (chunk) {
      source.unshift(chunk);
      return chunk.subarray(0, 6);
    }
    if (source.readableEnded || source.destroyed) return Buffer.alloc(0);
    await new Promise<void>((resolve, reject) => {
      source.once('readable', resolve).once('end', resolve).once('error', reject);
    });
  }
}
