/**
 * The form of a compressed log: a gzip file (RFC 1952) of many members, each with some whole lines of the plain file.
 * A subfield of each member's header has its lengths, so that a reader can begin at any member and skip a damaged one;
 * zcat(1) reads such a file too.
 */
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';

/** Bytes of the plain file in one member; the last has more, up to {@link smallestBytes}. */
export const memberBytes = 128 * 1024;
/** Shorter files are not compressed, and no member is shorter: a note about its damage fits into its place. */
export const smallestBytes = 4096;
const mostPlainBytes = memberBytes + smallestBytes;
/** Data that cannot be compressed becomes a little longer. */
const mostMemberBytes = mostPlainBytes + 4096;

export interface Member {
  /** Bytes of the member in the compressed file. */
  readonly bytes: number;
  /** Bytes of its content. */
  readonly plainBytes: number;
  /** Bytes of the whole plain file. */
  readonly total: number;
  /** Inode of the plain file, which a reader may still have open. */
  readonly inode: bigint;
  /** Time of its first line, in Unix milliseconds. */
  readonly time: number;
}

/** Header of a member that zlib writes, without optional fields. */
const zlibHeaderBytes = 10;
/** Identifies the subfield. */
const subfieldId = Buffer.from('PL');
const subfieldBytes = 32;
const extraBytes = subfieldId.length + 2 + subfieldBytes;
export const headerBytes = zlibHeaderBytes + 2 + extraBytes;
const magic = Buffer.from([0x1f, 0x8b, 8]);
const hasExtra = 4;

const [compress, decompress] = [promisify(gzip), promisify(gunzip)];

/** Returns one member with `plain`. */
export async function encodeMember(
  plain: Buffer,
  { total, inode, time }: Pick<Member, 'total' | 'inode' | 'time'>,
): Promise<Buffer> {
  const packed = await compress(plain);
  const member = Buffer.alloc(headerBytes + packed.length - zlibHeaderBytes);
  packed.copy(member, 0, 0, zlibHeaderBytes);
  member[3] = hasExtra;
  let at = member.writeUInt16LE(extraBytes, zlibHeaderBytes);
  at += subfieldId.copy(member, at);
  at = member.writeUInt16LE(subfieldBytes, at);
  at = member.writeUInt32LE(member.length, at);
  at = member.writeUInt32LE(plain.length, at);
  at = member.writeDoubleLE(total, at);
  at = member.writeBigUInt64LE(inode, at);
  at = member.writeDoubleLE(time, at);
  packed.copy(member, at, zlibHeaderBytes);
  return member;
}

/** Returns what a header says; undefined if it is damaged. */
export function decodeHeader(header: Buffer): Member | undefined {
  if (header.length < headerBytes || header.compare(magic, 0, magic.length, 0, magic.length) !== 0)
    return undefined;
  const isOurs =
    header[3] === hasExtra &&
    header.readUInt16LE(zlibHeaderBytes) === extraBytes &&
    header.compare(subfieldId, 0, 2, zlibHeaderBytes + 2, zlibHeaderBytes + 4) === 0;
  if (!isOurs) return undefined;
  const at = headerBytes - subfieldBytes;
  const member = {
    bytes: header.readUInt32LE(at),
    plainBytes: header.readUInt32LE(at + 4),
    total: header.readDoubleLE(at + 8),
    inode: header.readBigUInt64LE(at + 16),
    time: header.readDoubleLE(at + 24),
  };
  return isPlausible(member) ? member : undefined;
}

function isPlausible({ bytes, plainBytes, total, time }: Member): boolean {
  return (
    bytes > headerBytes &&
    bytes <= mostMemberBytes &&
    plainBytes > 0 &&
    plainBytes <= mostPlainBytes &&
    Number.isSafeInteger(total) &&
    total >= plainBytes &&
    Math.abs(time) <= 8.64e15
  );
}

/** Deflate makes of 1032 bytes one at most: a header that claims more is damaged. */
export function isPossible({ total }: Member, fileBytes: number): boolean {
  return total <= fileBytes * 1032;
}

/** Resolves to the content of a member; undefined if it is damaged. */
export async function decodeMember(data: Buffer, { plainBytes }: Member): Promise<Buffer | undefined> {
  const plain = await decompress(data, { maxOutputLength: plainBytes }).catch(() => undefined);
  return plain?.length === plainBytes ? plain : undefined;
}
