import { diskInvalid } from '../diskError.ts';

/** A name in a directory. */
export interface DirectoryEntry {
  inode: number;
  /** Bytes of the name as UTF-8. */
  name: string;
}

/** Bytes of one directory. */
export const maxDirectoryBytes = 256 << 20;

/**
 * Yields the names of a directory, without `.` and `..`. The tree of a large directory is in entries without an inode,
 * which readers skip. @throws PCH_IMPORT_INVALID
 */
export function* directoryEntries(data: Buffer, blockBytes: number): Generator<DirectoryEntry> {
  for (let block = 0; block + blockBytes <= data.length; block += blockBytes) {
    for (let at = block; at < block + blockBytes;) {
      const inode = data.readUInt32LE(at);
      const stated = data.readUInt16LE(at + 4);
      const length = blockBytes === 65_536 && (stated === 0 || stated === 0xffff) ? blockBytes : stated;
      const nameLength = data[at + 6]!;
      if (length < 8 || at + length > block + blockBytes || 8 + nameLength > length)
        throw diskInvalid('a directory is damaged');
      const name = data.toString('utf8', at + 8, at + 8 + nameLength);
      if (inode !== 0 && nameLength > 0 && name !== '.' && name !== '..')
        yield { inode, name: checked(name) };
      at += length;
      if (block + blockBytes - at < 8) break;
    }
  }
}

function checked(name: string): string {
  if (name.includes('/') || name.includes('\0')) throw diskInvalid('a directory has a name with a slash');
  return name;
}
