import { randomUUID } from 'node:crypto';
import type { Readable } from 'node:stream';
import type { Descriptor, Image } from '../../../hooks/image.ts';
import { findImage } from '../store/findImage.ts';
import { type OnProgress, throttled } from '../pull/progress.ts';
import { keepUnnamed, nameImage } from '../store/record.ts';
import { type StoreContext, arrived, emitImage } from '../store/storeContext.ts';
import { archiveInvalid, readingFailed } from './archiveError.ts';
import { decompressed } from './decompress.ts';
import { dockerImages } from './dockerImages.ts';
import type { ArchivedImage } from './installManifest.ts';
import { ociImages } from './ociImages.ts';
import { type ArchiveEntries, storeEntries } from './storeEntries.ts';

/**
 * Loads the images of a tar, also compressed with gzip or zstd: an OCI layout or a Docker archive. Names all images
 * or, on an error, none.
 * @throws PCH_ARCHIVE_INVALID, PCH_IMAGE_INVALID, PCH_DIGEST_MISMATCH, PCH_DISK_FULL
 */
export async function loadArchive(
  store: StoreContext,
  archive: Readable,
  onProgress?: OnProgress,
): Promise<Image[]> {
  return await load(store, archive, { onProgress });
}

/** What was built of images that the store has. */
export interface BuiltArchive {
  /** The names that the image gets. */
  names: readonly string[];
  bases: readonly Image[];
}

/** Loads a Docker archive with one image. Layers of its bases stay as the store has them, compressed for example. */
export async function loadBuilt(
  store: StoreContext,
  archive: Readable,
  { names, bases }: BuiltArchive,
): Promise<void> {
  await load(store, archive, { names, known: layersOf(bases) });
}

/** Builders name the file of a layer after its content. */
function layersOf(bases: readonly Image[]): Map<string, Descriptor> {
  return new Map(
    bases.flatMap(({ config, layers }) =>
      config.rootfs.diff_ids.flatMap((id, index): [string, Descriptor][] => {
        const layer = layers[index];
        return layer ? [[`${id.replace(/^sha256:/, '')}.tar`, layer]] : [];
      }),
    ),
  );
}

interface LoadOptions {
  onProgress?: OnProgress | undefined;
  /** Missing: those of the archive. */
  names?: readonly string[];
  known?: ReadonlyMap<string, Descriptor>;
}

async function load(
  store: StoreContext,
  archive: Readable,
  { onProgress, names: given, known = new Map() }: LoadOptions,
): Promise<Image[]> {
  const name = `load ${randomUUID()}`;
  const lease = await store.leases.begin(name);
  try {
    // They stay, even if their image is removed meanwhile.
    for (const { digest } of known.values())
      await store.client.leases.addResource(lease, { id: digest, type: 'content' });
    const entries = await readEntries(store, archive, lease, known);
    const found = await install(store, entries, { lease, onProgress: throttled(onProgress) });
    const loaded = given ? found.map((image) => ({ ...image, names: [...given] })) : found;
    for (const { target, names } of loaded)
      await arrived(store, { source: 'load', references: names, target });
    const names = await nameAll(store, loaded);
    const snapshot = await store.index.read();
    return [
      ...new Map(
        names.map((one) => findImage(snapshot, one).image).map((image) => [image.id, image]),
      ).values(),
    ];
  } finally {
    // A load cannot be resumed, so a failed one keeps no content.
    await store.leases.release(lease, name);
  }
}

async function readEntries(
  store: StoreContext,
  archive: Readable,
  lease: string,
  known: ReadonlyMap<string, Descriptor>,
): Promise<ArchiveEntries> {
  try {
    return await storeEntries({ client: store.client, lease }, await decompressed(archive), known);
  } catch (error) {
    throw readingFailed(error);
  }
}

function install(
  store: StoreContext,
  entries: ArchiveEntries,
  options: { lease: string; onProgress: OnProgress },
): Promise<ArchivedImage[]> {
  if (entries.json.has('index.json')) return ociImages(store, entries, options);
  if (entries.json.has('manifest.json')) return dockerImages(store, entries, options);
  throw archiveInvalid('expected index.json or manifest.json, found neither');
}

/** Names the images. Returns a reference to each: its names, or its id. */
async function nameAll(store: StoreContext, images: readonly ArchivedImage[]): Promise<string[]> {
  const found: string[] = [];
  for (const { target, names, id } of images) {
    for (const name of names) {
      await nameImage(store, name, target);
      emitImage(store, 'load', id, name);
      found.push(name);
    }
    if (names.length > 0) continue;
    await keepUnnamed(store, target);
    emitImage(store, 'load', id);
    found.push(id);
  }
  return found;
}
