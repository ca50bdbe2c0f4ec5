/** ext2, ext3 and ext4: kernel documentation, filesystems/ext4. */
import type { BlockReader } from '../BlockReader.ts';
import { diskInvalid, diskUnsupported } from '../diskError.ts';

/** Features of s_feature_incompat that a reader must know. */
const known = { filetype: 0x2, extents: 0x40, is64Bit: 0x80, mmp: 0x100, flexGroups: 0x200 };
const harmless = { checksumSeed: 0x2000, largeDirectories: 0x4000, caseFolding: 0x20000 };
const needsRecovery = 0x4;
const unsupported: Record<number, string> = {
  0x1: 'compression',
  0x8: 'journal_dev',
  0x10: 'meta_bg',
  0x400: 'ea_inode',
  0x1000: 'dirdata',
  0x8000: 'inline_data',
  0x10000: 'encrypt',
};

/** What a reader needs of the superblock. */
export interface Superblock {
  blockBytes: number;
  blocks: number;
  inodes: number;
  inodesPerGroup: number;
  inodeBytes: number;
  /** Bytes of a group's descriptor. */
  descriptorBytes: number;
  /** Where the descriptors are. */
  descriptorsAt: number;
}

/** Reads the superblock. @throws PCH_IMPORT_INVALID, PCH_NOT_SUPPORTED */
export async function readSuperblock(part: BlockReader): Promise<Superblock> {
  const block = await part.read(1024, 1024);
  checkFeatures(block.readUInt32LE(0x60));
  const logBlock = block.readUInt32LE(0x18);
  if (logBlock > 6) throw diskInvalid('its blocks are larger than 64 KiB');
  const blockBytes = 1024 << logBlock;
  const is64Bit = (block.readUInt32LE(0x60) & known.is64Bit) !== 0;
  const isOld = block.readUInt32LE(0x4c) === 0;
  const found = {
    blockBytes,
    blocks: block.readUInt32LE(0x4) + (is64Bit ? block.readUInt32LE(0x150) * 2 ** 32 : 0),
    inodes: block.readUInt32LE(0x0),
    inodesPerGroup: block.readUInt32LE(0x28),
    inodeBytes: isOld ? 128 : block.readUInt16LE(0x58),
    descriptorBytes: is64Bit ? block.readUInt16LE(0xfe) : 32,
    descriptorsAt: (block.readUInt32LE(0x14) + 1) * blockBytes,
  };
  const { inodesPerGroup, inodeBytes, descriptorBytes } = found;
  const isSound =
    inodesPerGroup > 0 && inodeBytes >= 128 && inodeBytes <= blockBytes && descriptorBytes >= 32;
  if (!isSound) throw diskInvalid('its superblock is damaged');
  return found;
}

function checkFeatures(features: number): void {
  const names = Object.entries(unsupported).flatMap(([bit, name]) => (features & Number(bit) ? [name] : []));
  const all = [...Object.values(known), ...Object.values(harmless), needsRecovery];
  const rest = all.reduce((left, bit) => left & ~bit, features);
  if (names.length > 0 || rest !== 0)
    throw diskUnsupported(
      `its file system has features that are not supported: ${names.join(', ') || rest.toString(16)}`,
    );
  if (features & needsRecovery)
    throw diskInvalid(
      'its file system was not unmounted, and its journal has changes that are not in it yet',
      'shut the host down, or repair a copy: e2fsck -fy FILE (with its offset, losetup -P), then import it',
    );
}
