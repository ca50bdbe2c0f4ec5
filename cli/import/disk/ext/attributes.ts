import type { BlockReader } from '../BlockReader.ts';
import { diskInvalid } from '../diskError.ts';
import type { Inode } from './inode.ts';
import type { Superblock } from './superblock.ts';

const magic = 0xea020000;

/** Prefixes by e_name_index. ACLs, trusted attributes and those of the system are not unpacked from layers. */
const prefixes: Record<number, string> = { 1: 'user.', 6: 'security.' };

/** Reads the extended attributes of an inode that a layer keeps. @throws PCH_IMPORT_INVALID */
export async function readAttributes(
  part: BlockReader,
  fs: Superblock,
  { extra, attributesBlock }: Inode,
): Promise<Map<string, Buffer>> {
  const found = new Map<string, Buffer>();
  if (extra.length >= 8 && extra.readUInt32LE(0) === magic) addEntries(found, extra, 4, extra.subarray(4));
  if (attributesBlock !== 0) {
    const block = await part.read(attributesBlock * fs.blockBytes, fs.blockBytes);
    if (block.readUInt32LE(0) !== magic) throw diskInvalid('a block of extended attributes is damaged');
    addEntries(found, block, 32, block);
  }
  return found;
}

/** @param values where the offsets of values begin */
function addEntries(found: Map<string, Buffer>, area: Buffer, first: number, values: Buffer): void {
  for (let at = first; at + 16 <= area.length && area.readUInt32LE(at) !== 0;) {
    const nameLength = area[at]!;
    const prefix = prefixes[area[at + 1]!];
    const from = area.readUInt16LE(at + 2);
    const size = area.readUInt32LE(at + 8);
    const nameEnd = at + 16 + nameLength;
    if (nameEnd > area.length || from + size > values.length)
      throw diskInvalid('an extended attribute is damaged');
    const name = area.toString('latin1', at + 16, nameEnd);
    if (prefix !== undefined) found.set(prefix + name, values.subarray(from, from + size));
    at += (16 + nameLength + 3) & ~3;
  }
}
