import { Readable, Transform, type TransformCallback, pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { Decompress as ZstdDecompress } from 'fzstd';
import { messageOf, PouchError } from '../../../hooks/errors.ts';
import { decompressByTool } from './decompressByTool.ts';

export type Compression = 'none' | 'bzip2' | 'gzip' | 'xz' | 'zstd';

/** Bytes that identify the compression of a stream. */
export const magicLength = 6;

const xzMagic = Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0]);
/** With the first bytes of a block: a tar may begin with a file of the name `BZh9`. */
const bzip2Magic = /^BZh[1-9]1A/;

/** Detects the compression by the first bytes (RFC 1952, RFC 8878, xz-file-format 2.1.1.1, bzip2's source). */
export function compressionOf(head: Uint8Array): Compression {
  if (head[0] === 0x1f && head[1] === 0x8b) return 'gzip';
  if (Buffer.from(head.subarray(0, 6)).equals(xzMagic)) return 'xz';
  if (bzip2Magic.test(Buffer.from(head.subarray(0, 6)).toString('latin1'))) return 'bzip2';
  const isZstd = head[0] === 0x28 && head[1] === 0xb5 && head[2] === 0x2f && head[3] === 0xfd;
  return isZstd ? 'zstd' : 'none';
}

/** Returns the stream, decompressed if it is compressed. The reader receives errors of the source. */
export async function decompressed(source: Readable): Promise<Readable> {
  const chunks = (source as AsyncIterable<Buffer>)[Symbol.asyncIterator]();
  const head = await firstBytes(chunks);
  const whole = Readable.from(rest(head, chunks), { objectMode: false });
  const compression = compressionOf(head);
  if (compression === 'none') return whole;
  if (compression === 'xz' || compression === 'bzip2')
    return Readable.from(decompressByTool(compression, whole), { objectMode: false });
  return Readable.from(codedErrors(whole, compression === 'gzip' ? createGunzip() : zstd()), {
    objectMode: false,
  });
}

/** @throws PCH_ARCHIVE_INVALID for damaged input, and errors of the source as they are */
async function* codedErrors(source: Readable, decoder: Transform): AsyncGenerator<Buffer> {
  let failed: unknown;
  source.once('error', (error) => (failed = error));
  try {
    // The reader receives errors from the stream; pipeline needs a callback all the same.
    yield* pipeline(source, decoder, () => undefined) as AsyncIterable<Buffer>;
  } catch (error) {
    if (failed !== undefined) throw error;
    throw new PouchError('PCH_ARCHIVE_INVALID', `cannot decompress the archive: ${messageOf(error)}`);
  }
}

async function firstBytes(chunks: AsyncIterator<Buffer>): Promise<Buffer> {
  let head = Buffer.alloc(0);
  while (head.length < magicLength) {
    const next = await chunks.next();
    if (next.done) break;
    head = Buffer.concat([head, next.value]);
  }
  return head;
}

async function* rest(head: Buffer, chunks: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  if (head.length > 0) yield head;
  yield* { [Symbol.asyncIterator]: () => chunks };
}

/** Node 20 has no zstd. */
function zstd(): Transform {
  const decoder = new ZstdDecompress();
  const transform = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      feed(decoder, chunk, false, done);
    },
    flush(done) {
      feed(decoder, new Uint8Array(), true, done);
    },
  });
  decoder.ondata = (data) => void transform.push(Buffer.from(data.buffer, data.byteOffset, data.length));
  return transform;
}

function feed(decoder: ZstdDecompress, chunk: Uint8Array, isLast: boolean, done: TransformCallback): void {
  try {
    decoder.push(chunk, isLast);
    done();
  } catch (error) {
    done(error as Error);
  }
}
