import { optionError } from '../../../client/options/OptionError.ts';
import { humanMemory } from '../../output/units.ts';
import { type BlockReader, partOf } from './BlockReader.ts';
import { diskUnsupported } from './diskError.ts';
import { ExtFileSystem } from './ext/ExtFileSystem.ts';
import { type Content, contentOf } from './fileSystem.ts';
import { type Partition, readPartitions } from './partitions.ts';

/** A place of a disk with what is in it. */
interface Place {
  /** Undefined for a disk without partitions. */
  partition?: Partition;
  part: BlockReader;
  content: Content | undefined;
}

/**
 * Returns the file system with the root directory: that of the partition, or the only one with /etc.
 * @throws PCH_OPTION_INVALID with the list of partitions, PCH_NOT_SUPPORTED
 */
export async function findRoot(disk: BlockReader, partition?: string): Promise<ExtFileSystem> {
  const places = await placesOf(disk);
  if (partition !== undefined) {
    const chosen = places.find((place) => String(place.partition?.number) === partition);
    if (!chosen) throw unclear(`found no partition "${partition}"`, places);
    return openPlace(chosen);
  }
  const [only] = places;
  if (places.length === 1) return openPlace(only!);
  const roots: ExtFileSystem[] = [];
  for (const place of places) {
    if (place.content !== 'ext') continue;
    const fs = await openPlace(place);
    if ((await fs.rootNames()).includes('etc')) roots.push(fs);
  }
  if (roots.length === 1) return roots[0]!;
  if (roots.length === 0) throw noRoot(places);
  throw unclear(`found ${roots.length} partitions with /etc`, places);
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

function openPlace({ content, part, partition }: Place): Promise<ExtFileSystem> {
  if (content === 'ext') return ExtFileSystem.open(part);
  const where = partition ? `partition ${partition.number}` : 'it';
  throw diskUnsupported(`${where} has ${content ?? 'no known file system'}; ext2, ext3 and ext4 are read`);
}

function noRoot(places: readonly Place[]): Error {
  const others = places.filter(
    ({ content }) => content !== undefined && !['swap', 'FAT', 'ext'].includes(content),
  );
  if (others.length > 0) return diskUnsupported(`${listed(places)}; ext2, ext3 and ext4 are read`);
  return unclear('found none with /etc', places);
}

function unclear(found: string, places: readonly Place[]): Error {
  const hint = 'name one that has ext2, ext3 or ext4';
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
