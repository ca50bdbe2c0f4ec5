import type { BlockReader } from '../BlockReader.ts';
import { diskInvalid } from '../diskError.ts';
import { blockRuns } from './blockMap.ts';
import type { Inode } from './inode.ts';
import type { Superblock } from './superblock.ts';

/** Bytes of a piece. */
const pieceBytes = 1 << 20;

/** Yields the content of a file, holes as zeros. @throws PCH_IMPORT_INVALID */
export async function* fileData(part: BlockReader, fs: Superblock, inode: Inode): AsyncGenerator<Buffer> {
  let at = 0;
  for await (const run of blockRuns(part, fs, inode)) {
    const start = run.at * fs.blockBytes;
    // Blocks behind the end are allocated for a file that grows.
    if (start >= inode.size) break;
    if (start < at) throw diskInvalid('a file has two blocks for the same place');
    yield* zeros(start - at);
    const end = Math.min(start + run.count * fs.blockBytes, inode.size);
    for (let from = start; from < end; from += pieceBytes) {
      const length = Math.min(pieceBytes, end - from);
      yield await part.read(run.block * fs.blockBytes + from - start, length);
    }
    at = end;
  }
  yield* zeros(inode.size - at);
}

/** Returns all of a small file, such as a directory. @throws PCH_IMPORT_INVALID if it is larger */
export async function wholeFile(
  part: BlockReader,
  fs: Superblock,
  inode: Inode,
  maxBytes: number,
): Promise<Buffer> {
  if (inode.size > maxBytes)
    throw diskInvalid(`inode ${inode.number} has ${inode.size} bytes, at most ${maxBytes} are expected`);
  const pieces: Buffer[] = [];
  for await (const piece of fileData(part, fs, inode)) pieces.push(piece);
  return Buffer.concat(pieces);
}

const zeroPiece = Buffer.alloc(pieceBytes);

function* zeros(count: number): Generator<Buffer> {
  for (let left = count; left > 0; left -= pieceBytes) yield zeroPiece.subarray(0, left);
}
