import { open } from 'node:fs/promises';

/** Beginnings of tars that are compressed: a tar that is not has its mark at 257. */
const compressed = ['1f8b', '28b52ffd', 'fd377a585a00', '425a68'];

/** Marks of formats of disks, and of file systems and partition tables at their places. */
const marks: [offset: number, magic: string][] = [
  [0, '514649fb'],
  [0, Buffer.from('KDMV').toString('hex')],
  [0, Buffer.from('# Disk DescriptorFile').toString('hex')],
  [0x40, '7f10dabe'],
  [510, '55aa'],
  [1024 + 56, '53ef'],
  [0, Buffer.from('XFSB').toString('hex')],
  [0, Buffer.from('LUKS').toString('hex')],
  [512, Buffer.from('LABELONE').toString('hex')],
  [65_600, Buffer.from('_BHRfS_M').toString('hex')],
];

/** Whether a file is the image of a disk, by its first bytes. Anything else is taken for a tar. */
export async function isDisk(path: string): Promise<boolean> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(66_000), 0, 66_000, 0);
    const head = buffer.subarray(0, bytesRead);
    const isTar = head.toString('latin1', 257, 262) === 'ustar';
    if (isTar || compressed.some((magic) => head.toString('hex', 0, 6).startsWith(magic))) return false;
    return marks.some(([offset, magic]) => head.toString('hex', offset, offset + magic.length / 2) === magic);
  } finally {
    await file.close();
  }
}
