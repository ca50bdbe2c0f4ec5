import type { BlockReader } from './BlockReader.ts';
import { diskUnsupported } from './diskError.ts';

/** A format that qemu-img converts. */
export type DiskFormat = 'qcow2' | 'vmdk' | 'vdi';

/** An image whose data is partly elsewhere: qemu-img would open any file that it names. */
function elsewhere(what: string) {
  const hint = 'merge it where all its files are: qemu-img convert -O raw FILE disk.raw';
  return diskUnsupported(`its data is partly in ${what}, which is not followed`, hint);
}

/**
 * Returns the format of an image by its header; undefined for a raw one. Refuses headers that refer to other files.
 * @throws PCH_NOT_SUPPORTED
 */
export async function diskFormat(image: BlockReader): Promise<DiskFormat | undefined> {
  const head = await image.read(0, Math.min(512, image.size));
  if (head.toString('latin1', 0, 4) === 'QFI\xfb') return checkQcow(head);
  if (head.toString('latin1', 0, 4) === 'KDMV') return checkVmdk(image, head);
  if (head.toString('latin1', 0, 21) === '# Disk DescriptorFile')
    throw elsewhere('the files that the descriptor names');
  if (head.length >= 512 && head.readUInt32LE(0x40) === 0xbeda107f) return checkVdi(head);
  return undefined;
}

/** QEMU's docs/interop/qcow2.txt. */
function checkQcow(head: Buffer): DiskFormat {
  const version = head.readUInt32BE(4);
  if (version !== 2 && version !== 3) throw diskUnsupported(`it is qcow version ${version}`);
  if (head.readBigUInt64BE(8) !== 0n) throw elsewhere('a backing file');
  if (head.readUInt32BE(32) !== 0) throw diskUnsupported('it is encrypted');
  const externalData = 0x4n;
  if (version === 3 && (head.readBigUInt64BE(72) & externalData) !== 0n)
    throw elsewhere('an external data file');
  return 'qcow2';
}

/** VMware's Virtual Disk Format 5.0: a sparse extent with the descriptor in it. */
async function checkVmdk(image: BlockReader, head: Buffer): Promise<DiskFormat> {
  const capacity = head.readBigUInt64LE(12);
  const [at, size] = [head.readBigUInt64LE(28), head.readBigUInt64LE(36)].map(
    (sectors) => Number(sectors) * 512,
  );
  if (capacity === 0n || !at || !size || size > 1 << 20) throw elsewhere('other extents');
  const descriptor = (await image.read(at, size)).toString('latin1').replace(/\0.*$/s, '');
  const parent = /^\s*parentCID\s*=\s*([0-9a-f]+)/im.exec(descriptor)?.[1] ?? 'ffffffff';
  if (parent.toLowerCase() !== 'ffffffff' || /parentFileNameHint/i.test(descriptor))
    throw elsewhere('its parent');
  if (!/^\s*createType\s*=\s*"(monolithicSparse|streamOptimized)"/im.test(descriptor))
    throw elsewhere('other extents');
  return 'vmdk';
}

function checkVdi(head: Buffer): DiskFormat {
  const kind = head.readUInt32LE(0x4c);
  if (kind !== 1 && kind !== 2) throw elsewhere('its parent');
  return 'vdi';
}
