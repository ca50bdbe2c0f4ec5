/**
 * Headers of tar archives (POSIX.1-2001, pax; GNU's long names are read). Texts are bytes, one character each (latin1):
 * names of files need not be UTF-8, and values of extended attributes are binary. tar-stream makes UTF-8 of both.
 */

/** A file of an archive. */
export interface TarEntry {
  name: string;
  /** Flag of ustar: `0` file, `1` hard link, `2` symbolic link, `3` and `4` devices, `5` directory, `6` FIFO. */
  type: string;
  /** Permission bits. */
  mode: number;
  uid: number;
  gid: number;
  /** Bytes of content that follow. */
  size: number;
  /** Seconds since 1970, with a fraction. */
  mtime: number;
  linkname: string;
  devmajor: number;
  devminor: number;
  /** Values of extended attributes, by name. */
  xattrs: Readonly<Record<string, string>>;
}

export const blockBytes = 512;

/** What fits into the octal fields of eight and of twelve bytes. */
const [mostId, mostSize] = [0o7777777, 0o77777777777];
const longestName = 100;
const xattrPrefix = 'SCHILY.xattr.';

/** Bytes that follow a content of this size up to the next header. */
export function paddingOf(size: number): number {
  return (blockBytes - (size % blockBytes)) % blockBytes;
}

/** Returns the header, with an extended header before it where that is needed. */
export function encodeEntry(entry: TarEntry): Buffer {
  const records = recordsOf(entry);
  if (records === '') return encodeBlock(entry);
  const content = Buffer.from(records, 'latin1');
  const name = `PaxHeaders/${entry.name}`.slice(0, longestName).replace(/[^ -~]/g, '_');
  const extended = { ...entry, name, type: 'x', size: content.length, linkname: '', mode: 0o644, mtime: 0 };
  const padding = Buffer.alloc(paddingOf(content.length));
  return Buffer.concat([encodeBlock(extended), content, padding, encodeBlock(entry)]);
}

function recordsOf({ name, linkname, uid, gid, size, mtime, xattrs }: TarEntry): string {
  const isPlain = (text: string) => text.length <= longestName && /^[ -~]*$/.test(text);
  const records: [string, string][] = [
    ...(isPlain(name) ? [] : [['path', name] as [string, string]]),
    ...(isPlain(linkname) ? [] : [['linkpath', linkname] as [string, string]]),
    ...(size <= mostSize ? [] : [['size', String(size)] as [string, string]]),
    ...(uid <= mostId ? [] : [['uid', String(uid)] as [string, string]]),
    ...(gid <= mostId ? [] : [['gid', String(gid)] as [string, string]]),
    ...(mtime >= 0 && mtime <= mostSize ? [] : [['mtime', String(mtime)] as [string, string]]),
    ...Object.entries(xattrs).map(([key, value]): [string, string] => [`${xattrPrefix}${key}`, value]),
  ];
  return records.map(([key, value]) => withLength(` ${key}=${value}\n`)).join('');
}

/** The length of a record includes its own digits. */
function withLength(text: string): string {
  let length = text.length + 1;
  while (`${length}`.length + text.length !== length) length = `${length}`.length + text.length;
  return `${length}${text}`;
}

function encodeBlock(entry: TarEntry): Buffer {
  const block = Buffer.alloc(blockBytes);
  block.write(entry.name.slice(0, longestName), 0, 'latin1');
  writeOctal(block, entry.mode & 0o7777, 100, 8);
  writeOctal(block, entry.uid > mostId ? 0 : entry.uid, 108, 8);
  writeOctal(block, entry.gid > mostId ? 0 : entry.gid, 116, 8);
  writeOctal(block, entry.size > mostSize ? 0 : entry.size, 124, 12);
  writeOctal(block, entry.mtime >= 0 && entry.mtime <= mostSize ? Math.floor(entry.mtime) : 0, 136, 12);
  block.write(entry.type, 156, 'latin1');
  block.write(entry.linkname.slice(0, longestName), 157, 'latin1');
  block.write('ustar\x0000', 257, 'latin1');
  writeOctal(block, entry.devmajor, 329, 8);
  writeOctal(block, entry.devminor, 337, 8);
  block.write(`${checksumOf(block).toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return block;
}

function writeOctal(block: Buffer, value: number, at: number, length: number): void {
  block.write(`${value.toString(8).padStart(length - 1, '0')}\0`, at, 'latin1');
}

/** The field of the checksum counts as spaces. */
function checksumOf(block: Buffer): number {
  let sum = 0;
  for (let at = 0; at < blockBytes; at++) sum += at >= 148 && at < 156 ? 0x20 : block[at]!;
  return sum;
}

/** Returns the entry of a header; undefined for a block of zeros. @throws Error if it is not a header */
export function decodeBlock(block: Buffer): TarEntry | undefined {
  if (block.every((byte) => byte === 0)) return undefined;
  if (checksumOf(block) !== readNumber(block, 148, 8)) throw new Error('invalid tar header');
  const isUstar = block.toString('latin1', 257, 263) === 'ustar\0';
  const prefix = isUstar ? readText(block, 345, 155) : '';
  const name = readText(block, 0, longestName);
  const flag = readText(block, 156, 1) || '0';
  return {
    name: prefix === '' ? name : `${prefix}/${name}`,
    // Contiguous files are files.
    type: flag === '7' ? '0' : flag,
    mode: readNumber(block, 100, 8) & 0o7777,
    uid: readNumber(block, 108, 8),
    gid: readNumber(block, 116, 8),
    size: readNumber(block, 124, 12),
    mtime: readNumber(block, 136, 12),
    linkname: readText(block, 157, longestName),
    devmajor: readNumber(block, 329, 8),
    devminor: readNumber(block, 337, 8),
    xattrs: {},
  };
}

function readText(block: Buffer, at: number, length: number): string {
  const text = block.toString('latin1', at, at + length);
  const end = text.indexOf('\0');
  return end < 0 ? text : text.slice(0, end);
}

/** Octal digits; or, with the highest bit set, a binary number (GNU). */
function readNumber(block: Buffer, at: number, length: number): number {
  const first = block[at]!;
  if (first & 0x80) return readBinary(block.subarray(at, at + length));
  const digits = readText(block, at, length).trim();
  return /^[0-7]+$/.test(digits) ? parseInt(digits, 8) : 0;
}

function readBinary(bytes: Buffer): number {
  const isNegative = (bytes[0]! & 0x40) !== 0;
  let value = bytes[0]! & 0x3f;
  if (isNegative) value -= 0x40;
  for (const byte of bytes.subarray(1)) value = value * 256 + byte;
  return value;
}

/** Returns an entry with the records of an extended header. @throws Error if they are malformed */
export function withRecords(entry: TarEntry, records: ReadonlyMap<string, string>): TarEntry {
  const changed = { ...entry, xattrs: { ...entry.xattrs } as Record<string, string> };
  for (const [key, value] of records) {
    if (key === 'path') changed.name = value;
    else if (key === 'linkpath') changed.linkname = value;
    else if (key === 'size' || key === 'uid' || key === 'gid' || key === 'mtime')
      changed[key] = numberOf(key, value);
    else if (key.startsWith(xattrPrefix)) changed.xattrs[key.slice(xattrPrefix.length)] = value;
    // A sparse file would be written with its holes missing.
    else if (key.startsWith('GNU.sparse.')) throw new Error('sparse files are not supported');
  }
  return changed;
}

function numberOf(key: string, value: string): number {
  const number = Number(value);
  if (value === '' || !Number.isFinite(number)) throw new Error(`invalid ${key} in an extended header`);
  return number;
}

/** Parses the records `LENGTH KEY=VALUE\n` of an extended header. @throws Error if they are malformed */
export function parseRecords(content: Buffer): Map<string, string> {
  const records = new Map<string, string>();
  const text = content.toString('latin1');
  for (let at = 0; at < text.length;) {
    const space = text.indexOf(' ', at);
    const length = Number(text.slice(at, space));
    const record = text.slice(space + 1, at + length);
    const equals = record.indexOf('=');
    if (space < 0 || !(length > 0) || at + length > text.length || !record.endsWith('\n') || equals < 0)
      throw new Error('invalid extended header');
    records.set(record.slice(0, equals), record.slice(equals + 1, -1));
    at += length;
  }
  return records;
}
