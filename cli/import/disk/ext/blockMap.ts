import type { BlockReader } from '../BlockReader.ts';
import { diskInvalid } from '../diskError.ts';
import type { Inode } from './inode.ts';
import type { Superblock } from './superblock.ts';

/** Blocks of a file that follow each other on the disk. What no run covers is a hole. */
export interface Run {
  /** First block in the file. */
  at: number;
  count: number;
  /** First block on the disk. */
  block: number;
}

const extentMagic = 0xf30a;
const maxDepth = 5;
/** More blocks of a map than files have; a damaged map may point to itself. */
const maxNodes = 1_000_000;

/** Yields the runs of a file, in order. @throws PCH_IMPORT_INVALID */
export function blockRuns(part: BlockReader, fs: Superblock, inode: Inode): AsyncGenerator<Run> {
  const context = { part, fs, left: maxNodes };
  return inode.hasExtents ? extents(context, inode.map, maxDepth) : pointers(context, inode.map);
}

interface Context {
  part: BlockReader;
  fs: Superblock;
  /** Blocks of the map that may be read yet. */
  left: number;
}

async function* extents(context: Context, node: Buffer, depthLeft: number): AsyncGenerator<Run> {
  const [magic, entries, depth] = [node.readUInt16LE(0), node.readUInt16LE(2), node.readUInt16LE(6)];
  if (magic !== extentMagic || depth > depthLeft || 12 + entries * 12 > node.length)
    throw diskInvalid('a map of extents is damaged');
  for (let i = 0; i < entries; i++) {
    const at = 12 + i * 12;
    if (depth > 0) {
      const child = node.readUInt32LE(at + 4) + node.readUInt16LE(at + 8) * 2 ** 32;
      yield* extents(context, await block(context, child), depth - 1);
      continue;
    }
    const count = node.readUInt16LE(at + 4);
    // Longer ones are allocated and not written: they read as zeros.
    if (count > 0x8000) continue;
    const start = node.readUInt16LE(at + 6) * 2 ** 32 + node.readUInt32LE(at + 8);
    yield { at: node.readUInt32LE(at), count, block: start };
  }
}

/** 12 blocks, then a block of pointers, a block of those, and one of these (ext2). */
async function* pointers(context: Context, map: Buffer): AsyncGenerator<Run> {
  const perBlock = context.fs.blockBytes / 4;
  for (let i = 0; i < 12; i++) yield* leaf(map.readUInt32LE(4 * i), i);
  let at = 12;
  for (const level of [1, 2, 3]) {
    yield* indirect(context, map.readUInt32LE(4 * (11 + level)), level, at);
    at += perBlock ** level;
  }
}

async function* indirect(context: Context, pointer: number, level: number, at: number): AsyncGenerator<Run> {
  if (pointer === 0) return;
  const node = await block(context, pointer);
  const step = (context.fs.blockBytes / 4) ** (level - 1);
  for (let i = 0; i < node.length / 4; i++) {
    const child = node.readUInt32LE(4 * i);
    if (level === 1) yield* leaf(child, at + i);
    else yield* indirect(context, child, level - 1, at + i * step);
  }
}

function* leaf(pointer: number, at: number): Generator<Run> {
  if (pointer !== 0) yield { at, count: 1, block: pointer };
}

async function block(context: Context, number: number): Promise<Buffer> {
  if (--context.left < 0) throw diskInvalid('the map of a file does not end');
  return context.part.read(number * context.fs.blockBytes, context.fs.blockBytes);
}
