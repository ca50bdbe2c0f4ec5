import { optionError } from '../../../client/options/OptionError.ts';
import { humanMemory } from '../../output/units.ts';
import type { SourceFlags } from '../sources/rootfsSource.ts';
import { type BlockReader, partOf } from './BlockReader.ts';
import { diskUnsupported } from './diskError.ts';
import { ExtFileSystem } from './ext/ExtFileSystem.ts';
import { type Content, contentOf } from './fileSystem.ts';
import { type Partition, readPartitions } from './partitions.ts';

const areRead = 'ext2, ext3, ext4, xfs, btrfs and LVM are read';

/** What the user has chosen. */
export type Choice = Pick<SourceFlags, 'partition' | 'subvolume'>;

/** A place of a disk with what is in it. */
interface Place {
  /** Undefined for a disk without partitions. */
  partition?: Partition;
  part: BlockReader;
  content: Content | undefined;
}

/** Who reads the root file system: Pouch, or libguestfs, as it has what was found. */
export type Root = { fs: ExtFileSystem } | { fs?: undefined; found: string };

/** What libguestfs is asked to read. */
const ofLibguestfs: readonly (Content | undefined)[] = ['xfs', 'btrfs', 'LVM'];

/**
 * Returns the file system with the root directory: that of the partition, or the only one with /etc.
 * @throws PCH_OPTION_INVALID with the list of partitions, PCH_NOT_SUPPORTED
 */
export async function findRoot(disk: BlockReader, { partition, subvolume }: Choice): Promise<Root> {
  const places = await placesOf(disk);
  if (partition?.includes('/')) {
    if (places.some(({ content }) => content === 'LVM')) return { found: listed(places) };
    throw unclear(`found no LVM for "${partition}"`, places);
  }
  if (partition !== undefined) {
    const chosen = places.find((place) => String(place.partition?.number) === partition);
    if (!chosen) throw unclear(`found no partition "${partition}"`, places);
    return openPlace(chosen, subvolume);
  }
  const [only] = places;
  if (places.length === 1) return openPlace(only!, subvolume);
  const hasOthers = places.some(({ content }) => ofLibguestfs.includes(content));
  const roots = subvolume === undefined ? await extRoots(places, hasOthers) : [];
  if (roots.length === 1) return { fs: roots[0]! };
  if (roots.length > 1) throw unclear(`found ${roots.length} partitions with /etc`, places);
  if (hasOthers) return { found: listed(places) };
  throw subvolume === undefined ? noRoot(places) : noBtrfs(places);
}

/** Where libguestfs can read the disk, a file system that Pouch cannot read, such as a /boot in use, is left to it. */
async function extRoots(places: readonly Place[], hasOthers: boolean): Promise<ExtFileSystem[]> {
  const roots: ExtFileSystem[] = [];
  for (const { content, part } of places) {
    if (content !== 'ext') continue;
    try {
      const fs = await ExtFileSystem.open(part);
      if ((await fs.rootNames()).includes('etc')) roots.push(fs);
    } catch (error) {
      if (!hasOthers) throw error;
    }
  }
  return roots;
}

async function placesOf(disk: BlockReader): Promise<Place[]> {
  const whole = await contentOf(disk);
  const partitions = whole === undefined || whole === 'FAT' ? await readPartitions(disk) : undefined;
  if (!partitions || partitions.length === 0) return [{ part: disk, content: whole }];
  return Promise.all(
    partitions.map(async (partition) => {
      const part = partOf(disk, partition.start, partition.size);
      return { partition, part, content: await contentOf(part) };
    }),
  );
}

async function openPlace(place: Place, subvolume: string | undefined): Promise<Root> {
  const { content, part, partition } = place;
  if (ofLibguestfs.includes(content)) return { found: listed([place]) };
  if (subvolume !== undefined) throw noBtrfs([place]);
  if (content === 'ext') return { fs: await ExtFileSystem.open(part) };
  const where = partition ? `partition ${partition.number}` : 'it';
  throw diskUnsupported(`${where} has ${content ?? 'no known file system'}; ${areRead}`);
}

function noBtrfs(places: readonly Place[]): Error {
  return optionError('--subvolume', `expected btrfs, found that ${listed(places)}`, 'leave it out');
}

function noRoot(places: readonly Place[]): Error {
  const others = places.filter(
    ({ content }) => content !== undefined && !['swap', 'FAT', 'ext'].includes(content),
  );
  if (others.length > 0) return diskUnsupported(`${listed(places)}; ${areRead}`);
  return unclear('found none with /etc', places);
}

function unclear(found: string, places: readonly Place[]): Error {
  const hint = 'name one that has ext2, ext3, ext4, xfs or btrfs, or a volume of LVM: vg/root';
  return optionError(
    '--partition',
    `expected the number of a partition with a root directory, ${found}: ${listed(places)}`,
    hint,
  );
}

function listed(places: readonly Place[]): string {
  const texts = places.map(({ partition, content, part }) => {
    const name = partition ? `partition ${partition.number}` : 'the whole disk';
    return `${name} (${humanMemory(part.size)}) has ${content ?? 'unknown content'}`;
  });
  return texts.join(', ');
}
