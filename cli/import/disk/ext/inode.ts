import type { BlockReader } from '../BlockReader.ts';
import { diskInvalid } from '../diskError.ts';
import type { Superblock } from './superblock.ts';

/** The kinds of i_mode (inode(7)). */
export const kinds = {
  fifo: 0o010000,
  charDevice: 0o020000,
  directory: 0o040000,
  blockDevice: 0o060000,
  file: 0o100000,
  symlink: 0o120000,
  socket: 0o140000,
} as const;

/** A file of the file system. */
export interface Inode {
  number: number;
  /** One of {@link kinds}. */
  kind: number;
  /** Permission bits. */
  mode: number;
  uid: number;
  gid: number;
  size: number;
  links: number;
  /** Seconds since the epoch. */
  mtime: number;
  hasExtents: boolean;
  /** i_block: the map of its blocks, or the target of a short link. */
  map: Buffer;
  /** Block of extended attributes, or 0. */
  attributesBlock: number;
  /** What follows the fields: extended attributes. */
  extra: Buffer;
}

const extentsFlag = 0x80000;

/** Reads an inode. @throws PCH_IMPORT_INVALID */
export async function readInode(part: BlockReader, fs: Superblock, number: number): Promise<Inode> {
  if (number < 1 || number > fs.inodes) throw diskInvalid(`inode ${number} does not exist`);
  const group = Math.floor((number - 1) / fs.inodesPerGroup);
  const descriptor = await part.read(fs.descriptorsAt + group * fs.descriptorBytes, fs.descriptorBytes);
  const high = fs.descriptorBytes >= 64 ? descriptor.readUInt32LE(0x28) : 0;
  const table = (descriptor.readUInt32LE(0x8) + high * 2 ** 32) * fs.blockBytes;
  const index = (number - 1) % fs.inodesPerGroup;
  return parse(number, await part.read(table + index * fs.inodeBytes, fs.inodeBytes));
}

function parse(number: number, bytes: Buffer): Inode {
  const mode = bytes.readUInt16LE(0x0);
  const extraBytes = bytes.length > 128 ? bytes.readUInt16LE(0x80) : 0;
  return {
    number,
    kind: mode & 0o170000,
    mode: mode & 0o7777,
    uid: bytes.readUInt16LE(0x2) + bytes.readUInt16LE(0x78) * 2 ** 16,
    gid: bytes.readUInt16LE(0x18) + bytes.readUInt16LE(0x7a) * 2 ** 16,
    size: bytes.readUInt32LE(0x4) + bytes.readUInt32LE(0x6c) * 2 ** 32,
    links: bytes.readUInt16LE(0x1a),
    mtime: bytes.readInt32LE(0x10),
    hasExtents: (bytes.readUInt32LE(0x20) & extentsFlag) !== 0,
    map: bytes.subarray(0x28, 0x64),
    attributesBlock: bytes.readUInt32LE(0x68) + bytes.readUInt16LE(0x76) * 2 ** 32,
    extra: bytes.subarray(Math.min(bytes.length, 128 + extraBytes)),
  };
}
