/** Headers of tar (POSIX.1-2017 pax, "ustar Interchange Format"; GNU tar's "Basic Tar Format"). */
import { importInvalid } from './importError.ts';

export const blockBytes = 512;

/** What a header block says by itself, before extended headers. */
export interface TarHeader {
  name: string;
  link: string;
  mode: number;
  /** Bytes of data that follow. */
  size: number;
  /** Type flag: one character. */
  type: string;
  /** Bytes of the file of GNU's old sparse format, with its holes. */
  sparseSize?: number;
  /** More blocks of a sparse map follow the header (GNU's old format). */
  isExtended: boolean;
}

/** Parses a header block. @throws PCH_IMPORT_INVALID */
export function parseHeader(block: Buffer): TarHeader {
  if (!hasChecksum(block)) throw importInvalid('expected the header of a tar entry, found other bytes');
  const isGnu = block.toString('latin1', 257, 265) === 'ustar  \0';
  const isUstar = !isGnu && block.toString('latin1', 257, 262) === 'ustar';
  const prefix = isUstar ? text(block, 345, 155) : '';
  const name = text(block, 0, 100);
  const type = block[156] === 0 ? '0' : String.fromCharCode(block[156]!);
  return {
    name: prefix === '' ? name : `${prefix}/${name}`,
    link: text(block, 157, 100),
    mode: number(block, 100, 8),
    size: number(block, 124, 12),
    type,
    isExtended: type === 'S' && block[482] !== 0,
    ...(type === 'S' && { sparseSize: number(block, 483, 12) }),
  };
}

/** Parses the records `LENGTH KEY=VALUE\n` of a pax header; the last of a key counts. @throws PCH_IMPORT_INVALID */
export function parsePax(data: Buffer): Map<string, string> {
  const records = new Map<string, string>();
  for (let at = 0; at < data.length;) {
    const space = data.indexOf(0x20, at);
    const length = Number(data.toString('latin1', at, space));
    const equals = data.indexOf(0x3d, space);
    const end = at + length;
    const isSound = space > at && equals > space && Number.isInteger(length) && data[end - 1] === 0x0a;
    if (!isSound || equals >= end) throw importInvalid('a pax header is malformed');
    records.set(data.toString('utf8', space + 1, equals), data.toString('utf8', equals + 1, end - 1));
    at = end;
  }
  return records;
}

/** Parses a size of a pax record. @throws PCH_IMPORT_INVALID */
export function paxSize(value: string): number {
  if (!/^\d{1,15}$/.test(value)) throw importInvalid(`expected a size in a pax header, found "${value}"`);
  return Number(value);
}

/** The sum of the bytes, with spaces in the place of the checksum. */
function hasChecksum(block: Buffer): boolean {
  let sum = 0;
  for (const [i, byte] of block.entries()) sum += i >= 148 && i < 156 ? 0x20 : byte;
  const stated = /^ *([0-7]{1,7})[\0 ]*$/.exec(block.toString('latin1', 148, 156))?.[1];
  return stated !== undefined && sum === parseInt(stated, 8);
}

function text(block: Buffer, at: number, length: number): string {
  const end = block.indexOf(0, at);
  return block.toString('utf8', at, end === -1 || end > at + length ? at + length : end);
}

/** Octal digits, or GNU's base 256 if the first bit is set. */
function number(block: Buffer, at: number, length: number): number {
  if ((block[at]! & 0x80) !== 0) return base256(block.subarray(at, at + length));
  const digits = block
    .toString('latin1', at, at + length)
    .replace(/[\0 ]+$/, '')
    .trim();
  if (!/^[0-7]*$/.test(digits)) throw importInvalid('a header has a number that is not octal');
  return digits === '' ? 0 : parseInt(digits, 8);
}

function base256(bytes: Buffer): number {
  let value = bytes[0]! & 0x7f;
  for (const byte of bytes.subarray(1)) value = value * 256 + byte;
  if ((bytes[0]! & 0x40) !== 0 || !Number.isSafeInteger(value))
    throw importInvalid('a header has a number out of range');
  return value;
}
