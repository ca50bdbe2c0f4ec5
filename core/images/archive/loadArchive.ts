import { randomUUID } from 'node:crypto';
import type { Readable } from 'node:stream';
import type { Image } from '../../../hooks/image.ts';
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
  const name = `load ${randomUUID()}`;
  const lease = await store.leases.begin(name);
  try {
    const entries = await readEntries(store, archive, lease);
    const loaded = await install(store, entries, { lease, onProgress: throttled(onProgress) });
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

async function readEntries(store: StoreContext, archive: Readable, lease: string): Promise<ArchiveEntries> {
  try {
    return await storeEntries({ client: store.client, lease }, await decompressed(archive));
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
