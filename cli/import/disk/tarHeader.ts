/** Headers of a tar in pax format (POSIX.1-2017 pax), with extended attributes as GNU tar and star write them. */

/** What a header says. */
export interface TarMember {
  /** Without a slash at its beginning; directories end with one. */
  name: string;
  /** Type flag: `0` file, `1` hard link, `2` symbolic link, `5` directory, `6` FIFO. */
  type: string;
  mode: number;
  uid: number;
  gid: number;
  size: number;
  /** Seconds since the epoch. */
  mtime: number;
  link?: string;
  attributes?: Map<string, Buffer>;
}

const blockBytes = 512;
/** What octal digits of a field can hold. */
const maxId = 0o7777777;
const maxSize = 0o77777777777;

/** Returns the header of a member, after an extended one if it needs one. */
export function tarHeader(member: TarMember): Buffer {
  const records = recordsOf(member);
  if (records.length === 0) return ustar(member);
  const data = Buffer.concat(records);
  const common = { mode: 0o644, uid: 0, gid: 0, mtime: 0 };
  return Buffer.concat([
    ustar({ ...common, name: 'PaxHeaders/0', type: 'x', size: data.length }),
    padded(data),
    ustar(member),
  ]);
}

/** Returns the zeros behind the data of a member. */
export function padding(size: number): Buffer {
  return Buffer.alloc((blockBytes - (size % blockBytes)) % blockBytes);
}

/** The end of a tar. */
export const endOfTar = Buffer.alloc(2 * blockBytes);

function recordsOf({ name, link = '', size, uid, gid, attributes = new Map() }: TarMember): Buffer[] {
  const texts: [boolean, string, string][] = [
    [Buffer.byteLength(name) > 100, 'path', name],
    [Buffer.byteLength(link) > 100, 'linkpath', link],
    [size > maxSize, 'size', String(size)],
    [uid > maxId, 'uid', String(uid)],
    [gid > maxId, 'gid', String(gid)],
  ];
  const needed = texts
    .filter(([isNeeded]) => isNeeded)
    .map(([, key, value]) => record(key, Buffer.from(value)));
  return [...needed, ...[...attributes].map(([key, value]) => record(`SCHILY.xattr.${key}`, value))];
}

/** `LENGTH KEY=VALUE\n`; the length counts itself. */
function record(key: string, value: Buffer): Buffer {
  const rest = Buffer.concat([Buffer.from(` ${key}=`), value, Buffer.from('\n')]);
  let length = rest.length;
  while (String(length).length + rest.length !== length) length = String(length).length + rest.length;
  return Buffer.concat([Buffer.from(String(length)), rest]);
}

function ustar({ name, type, mode, uid, gid, size, mtime, link = '' }: TarMember): Buffer {
  const block = Buffer.alloc(blockBytes);
  block.write(name, 0, 100);
  octal(block, 100, 8, mode);
  octal(block, 108, 8, Math.min(uid, maxId));
  octal(block, 116, 8, Math.min(gid, maxId));
  octal(block, 124, 12, Math.min(size, maxSize));
  octal(block, 136, 12, Math.max(0, Math.min(mtime, maxSize)));
  block.write('        ', 148);
  block.write(type, 156);
  block.write(link, 157, 100);
  block.write('ustar\x0000', 257);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return block;
}

function octal(block: Buffer, at: number, width: number, value: number): void {
  block.write(value.toString(8).padStart(width - 1, '0'), at);
}

function padded(data: Buffer): Buffer {
  return Buffer.concat([data, padding(data.length)]);
}
