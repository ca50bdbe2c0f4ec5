import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import tar, { type Pack } from 'tar-stream';
import { ifFound } from '../../containerd/rpc/gone.ts';
import { PouchError } from '../../../hooks/errors.ts';
import type { Descriptor, Image } from '../../../hooks/image.ts';
import { findImage } from '../store/findImage.ts';
import { parseManifest } from '../content/manifest.ts';
import { mediaTypes } from '../content/mediaTypes.ts';
import { familiarReference, repositoryOf } from '../content/reference.ts';
import { type StoreContext, emitImage } from '../store/storeContext.ts';

type TarEntry = ReturnType<Pack['entry']>;

interface SavedImage {
  image: Image;
  /** Undefined if the image was requested by its id. */
  name?: string;
  config: Descriptor;
}

/**
 * Returns a tar that is an OCI layout and, with manifest.json, a Docker archive of the same blobs. It has the images'
 * variants for this host only.
 * @throws PCH_IMAGE_NOT_FOUND, PCH_IMAGE_INVALID if content is missing
 */
export async function saveArchive(store: StoreContext, refs: readonly string[]): Promise<Readable> {
  if (refs.length === 0)
    throw new PouchError('PCH_BAD_REQUEST', 'no image given', { hint: 'give one or more images' });
  const images = await Promise.all(refs.map((ref) => find(store, ref)));
  const name = `save ${randomUUID()}`;
  const lease = await store.leases.begin(name);
  const release = () => store.leases.release(lease, name, { collect: true });
  try {
    await hold(store, lease, images);
  } catch (error) {
    await release();
    throw error;
  }
  for (const { image, name: saved } of images) emitImage(store, 'save', image.id, saved);
  const pack = tar.pack();
  const written = write(store, pack, images).then(
    () => pack.finalize(),
    (error: unknown) => pack.destroy(error as Error),
  );
  void written.then(release, release);
  const archive = Readable.from(pack as AsyncIterable<Buffer>, { objectMode: false });
  // The writer must not wait for a reader that has stopped.
  archive.once('close', () => pack.destroy());
  return archive;
}

async function find(store: StoreContext, ref: string): Promise<SavedImage> {
  const { entry, image } = findImage(await store.index.read(), ref, undefined, store.config.defaultRegistry);
  const bytes = await store.client.content.readAll(image.manifest.digest);
  const manifest = parseManifest(bytes, image.manifest.mediaType, ref);
  if (manifest.kind !== 'manifest') throw new Error(`${image.manifest.digest} is not a manifest`);
  return { image, config: manifest.config, ...(entry && { name: entry.name }) };
}

/** Adds the content to the lease, which keeps it if the image is removed while it is saved. */
async function hold({ client }: StoreContext, lease: string, images: readonly SavedImage[]): Promise<void> {
  for (const { digest } of blobsOf(images)) {
    if (!(await ifFound(client.content.info(digest)))) {
      throw new PouchError('PCH_IMAGE_INVALID', `blob ${digest} of the image not found`, {
        hint: 'pull or load the image again, then save it',
      });
    }
    await client.leases.addResource(lease, { id: digest, type: 'content' });
  }
}

async function write({ client }: StoreContext, pack: Pack, images: readonly SavedImage[]): Promise<void> {
  addJson(pack, 'oci-layout', { imageLayoutVersion: '1.0.0' });
  addJson(pack, 'index.json', {
    schemaVersion: 2,
    mediaType: mediaTypes.ociIndex,
    manifests: images.map(indexEntry),
  });
  addJson(pack, 'manifest.json', dockerManifest(images));
  for (const { digest, size } of blobsOf(images)) {
    const entry = pack.entry({ name: blobPath(digest), size, mode: 0o644, mtime: new Date(0) });
    await copy(client.content.read(digest), entry);
  }
}

async function copy(chunks: AsyncIterable<Buffer>, entry: TarEntry): Promise<void> {
  for await (const chunk of chunks) if (!entry.write(chunk)) await drained(entry);
  entry.end(undefined);
}

/** Resolves when the entry can take more. Rejects if the reader of the archive stops. */
function drained(entry: TarEntry): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = () => reject(new Error('the reader of the archive stopped reading'));
    if (entry.destroyed) fail();
    entry.once('close', fail);
    entry.once('drain', () => {
      entry.off('close', fail);
      resolve();
    });
  });
}

function addJson(pack: Pack, name: string, value: object): void {
  pack.entry({ name, mode: 0o644, mtime: new Date(0) }, JSON.stringify(value));
}

function indexEntry({ image, name }: SavedImage): object {
  const { mediaType, digest, size } = image.manifest;
  const { os, architecture, variant } = image.config;
  const platform = { os, architecture, ...(variant && { variant }) };
  if (name === undefined || name.includes('@')) return { mediaType, digest, size, platform };
  const tag = name.slice(repositoryOf(name).length + 1);
  const annotations = { 'io.containerd.image.name': name, 'org.opencontainers.image.ref.name': tag };
  return { mediaType, digest, size, platform, annotations };
}

function dockerManifest(images: readonly SavedImage[]): object[] {
  const byId = new Map<string, { Config: string; RepoTags: string[]; Layers: string[] }>();
  for (const { image, name, config } of images) {
    const layers = image.layers.map(({ digest }) => blobPath(digest));
    const one = byId.get(image.id) ?? { Config: blobPath(config.digest), RepoTags: [], Layers: layers };
    if (name !== undefined && !name.includes('@')) one.RepoTags.push(familiarReference(name));
    byId.set(image.id, one);
  }
  return [...byId.values()];
}

function blobsOf(images: readonly SavedImage[]): Descriptor[] {
  const all = images.flatMap(({ image, config }) => [image.manifest, config, ...image.layers]);
  return [...new Map(all.map((blob) => [blob.digest, blob])).values()];
}

function blobPath(digest: string): string {
  return `blobs/${digest.replace(':', '/')}`;
}
