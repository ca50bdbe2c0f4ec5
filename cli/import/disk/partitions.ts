/** Partition tables: MBR with logical partitions, and GPT (UEFI specification, "GUID Partition Table"). */
import type { BlockReader } from './BlockReader.ts';

/** A partition, numbered as Linux does. */
export interface Partition {
  number: number;
  /** Bytes. */
  start: number;
  size: number;
}

const sector = 512;
const maxPartitions = 128;

/** MBR types of extended partitions. */
const extended = new Set([0x05, 0x0f, 0x85]);
const gptType = 0xee;

/** Returns the partitions of a disk; undefined if it has no table. */
export async function readPartitions(disk: BlockReader): Promise<Partition[] | undefined> {
  if (disk.size < 2 * sector) return undefined;
  const mbr = await disk.read(0, sector);
  if (mbr.readUInt16LE(510) !== 0xaa55) return undefined;
  const entries = mbrEntries(mbr);
  if (entries.some(({ type }) => type === gptType)) return gpt(disk);
  // A boot sector of a file system has the signature too.
  if (!entries.every(({ status }) => status === 0 || status === 0x80)) return undefined;
  const primary = entries.flatMap(({ type, start, size }, i) =>
    size > 0 && !extended.has(type) ? [{ number: i + 1, start, size }] : [],
  );
  const container = entries.find(({ type }) => extended.has(type));
  return [...primary, ...(container ? await logical(disk, container.start) : [])].filter(fits(disk));
}

function mbrEntries(block: Buffer) {
  return [0, 1, 2, 3].map((i) => {
    const at = 446 + 16 * i;
    return {
      status: block[at]!,
      type: block[at + 4]!,
      start: block.readUInt32LE(at + 8) * sector,
      size: block.readUInt32LE(at + 12) * sector,
    };
  });
}

/** A chain of tables, each with one logical partition. */
async function logical(disk: BlockReader, container: number): Promise<Partition[]> {
  const found: Partition[] = [];
  for (let at = container; found.length < maxPartitions;) {
    if (at + sector > disk.size) break;
    const block = await disk.read(at, sector);
    const [first, next] = mbrEntries(block);
    if (block.readUInt16LE(510) !== 0xaa55 || !first || !next) break;
    if (first.size > 0) found.push({ number: 5 + found.length, start: at + first.start, size: first.size });
    if (next.size === 0 || next.start === 0 || container + next.start <= at) break;
    at = container + next.start;
  }
  return found;
}

async function gpt(disk: BlockReader): Promise<Partition[] | undefined> {
  for (const size of [sector, 4096]) {
    if (disk.size < 3 * size) continue;
    const header = await disk.read(size, sector);
    if (header.toString('latin1', 0, 8) === 'EFI PART') return gptEntries(disk, header, size);
  }
  return undefined;
}

async function gptEntries(disk: BlockReader, header: Buffer, block: number): Promise<Partition[]> {
  const start = Number(header.readBigUInt64LE(72)) * block;
  const count = Math.min(header.readUInt32LE(80), maxPartitions);
  const entryBytes = header.readUInt32LE(84);
  if (entryBytes < 128 || entryBytes > 4096) return [];
  const found: Partition[] = [];
  for (let i = 0; i < count; i++) {
    const entry = await disk.read(start + i * entryBytes, 128);
    if (entry.subarray(0, 16).every((byte) => byte === 0)) continue;
    const first = Number(entry.readBigUInt64LE(32)) * block;
    const last = Number(entry.readBigUInt64LE(40)) * block;
    found.push({ number: i + 1, start: first, size: last + block - first });
  }
  return found.filter(fits(disk));
}

function fits({ size }: BlockReader) {
  return (partition: Partition) => partition.size > 0 && partition.start + partition.size <= size;
}
