import type { BlockReader } from './BlockReader.ts';

/** What begins at a place of a disk, by its first bytes (libblkid has the same list). */
export type Content =
  'ext' | 'xfs' | 'btrfs' | 'LVM' | 'LUKS' | 'swap' | 'squashfs' | 'FAT' | 'NTFS' | 'RAID';

const marks: [Content, offset: number, magic: Buffer][] = [
  ['LUKS', 0, Buffer.from('LUKS\xba\xbe', 'latin1')],
  ['LVM', 512, Buffer.from('LABELONE')],
  ['LVM', 0, Buffer.from('LABELONE')],
  ['LVM', 1024, Buffer.from('LABELONE')],
  ['RAID', 4096, Buffer.from('fc4e2ba9', 'hex')],
  ['ext', 1024 + 56, Buffer.from('53ef', 'hex')],
  ['xfs', 0, Buffer.from('XFSB')],
  ['btrfs', 65_600, Buffer.from('_BHRfS_M')],
  ['swap', 4086, Buffer.from('SWAPSPACE2')],
  ['squashfs', 0, Buffer.from('hsqs')],
  ['NTFS', 3, Buffer.from('NTFS    ')],
  ['FAT', 82, Buffer.from('FAT32')],
  ['FAT', 54, Buffer.from('FAT1')],
];

/** Returns what begins there; undefined if it is unknown. */
export async function contentOf(part: BlockReader): Promise<Content | undefined> {
  for (const [content, offset, magic] of marks) {
    if (offset + magic.length > part.size) continue;
    if ((await part.read(offset, magic.length)).equals(magic)) return content;
  }
  return undefined;
}
