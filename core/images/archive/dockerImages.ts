import type { Descriptor } from '../../../hooks/image.ts';
import { sha256 } from '../unpack/chainId.ts';
import { parseConfig } from '../content/manifest.ts';
import { mediaTypes } from '../content/mediaTypes.ts';
import { normalizeReference } from '../content/reference.ts';
import { storeBytes } from '../store/storeBytes.ts';
import type { StoreContext } from '../store/storeContext.ts';
import { archiveInvalid } from './archiveError.ts';
import type { Compression } from './decompress.ts';
import { type ArchivedImage, type InstallOptions, installManifest } from './installManifest.ts';
import { type ArchiveEntries, resolveLink } from './storeEntries.ts';

/**
 * One element of a Docker archive's manifest.json (moby image/spec/v1.2.md, "Combined Image JSON + Filesystem
 * Changeset Format").
 */
interface DockerImage {
  Config: string;
  RepoTags?: string[] | null;
  Layers: string[];
}

const layerTypes: Partial<Record<Compression, string>> = {
  none: mediaTypes.ociLayer,
  gzip: mediaTypes.ociLayerGzip,
  zstd: mediaTypes.ociLayerZstd,
};

/** Installs the images of a Docker archive. Each gets an OCI manifest, which such archives do not have. */
export async function dockerImages(
  store: StoreContext,
  entries: ArchiveEntries,
  options: InstallOptions,
): Promise<ArchivedImage[]> {
  const images: ArchivedImage[] = [];
  for (const image of readManifest(entries)) images.push(await installImage(store, entries, image, options));
  if (images.length === 0) throw archiveInvalid('manifest.json lists no image');
  return images;
}

/** Returns the names of the image with that config in manifest.json, if the archive has one. */
export function dockerNames(entries: ArchiveEntries, configDigest: string, defaultDomain: string): string[] {
  if (!entries.json.has('manifest.json')) return [];
  const hex = configDigest.replace(/^sha256:/, '');
  const images = readManifest(entries).filter(({ Config }) => Config.includes(hex));
  return images.flatMap(({ RepoTags }) =>
    (RepoTags ?? []).map((tag) => normalizeReference(tag, defaultDomain)),
  );
}

async function installImage(
  store: StoreContext,
  entries: ArchiveEntries,
  { Config, RepoTags, Layers }: DockerImage,
  options: InstallOptions,
): Promise<ArchivedImage> {
  const { client, config: settings } = store;
  const configBytes = await readConfig(store, entries, Config);
  parseConfig(configBytes, Config);
  const layers = Layers.map((path) => layerDescriptor(entries, path));
  const labels = {};
  const config = await storeBytes(client, configBytes, mediaTypes.ociConfig, {
    labels,
    lease: options.lease,
  });
  const mediaType = mediaTypes.ociManifest;
  const manifest = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType, config, layers }));
  const parsed = { kind: 'manifest', config, layers } as const;
  const target = await installManifest(
    store,
    manifest,
    { descriptor: { mediaType }, manifest: parsed },
    options,
  );
  const names = (RepoTags ?? []).map((tag) => normalizeReference(tag, settings.defaultRegistry));
  return { target, names, id: sha256(configBytes) };
}

function readManifest({ json }: ArchiveEntries): DockerImage[] {
  let manifest: unknown;
  try {
    manifest = JSON.parse(json.get('manifest.json')?.toString('utf8') ?? '');
  } catch (cause) {
    throw archiveInvalid('manifest.json: expected JSON', cause);
  }
  if (!Array.isArray(manifest) || !manifest.every(isDockerImage)) {
    throw archiveInvalid('manifest.json: expected a list of objects with Config and Layers');
  }
  return manifest;
}

function isDockerImage(value: unknown): value is DockerImage {
  const { Config, RepoTags, Layers } = (value ?? {}) as Partial<DockerImage>;
  return (
    typeof Config === 'string' &&
    isTexts(Layers) &&
    (RepoTags === null || RepoTags === undefined || isTexts(RepoTags))
  );
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((one) => typeof one === 'string');
}

async function readConfig({ client }: StoreContext, entries: ArchiveEntries, path: string): Promise<Buffer> {
  const at = resolveLink(entries, path);
  const inMemory = entries.json.get(at);
  if (inMemory) return inMemory;
  const blob = entries.blobs.get(at);
  if (!blob) throw archiveInvalid(`${path} is missing`);
  return client.content.readAll(blob.digest);
}

function layerDescriptor(entries: ArchiveEntries, path: string): Descriptor {
  const at = resolveLink(entries, path);
  const known = entries.known.get(at);
  if (known) return known;
  const blob = entries.blobs.get(at);
  if (!blob) throw archiveInvalid(`layer ${path} is missing`);
  const mediaType = layerTypes[blob.compression];
  if (!mediaType) throw archiveInvalid(`layer ${path} is compressed with ${blob.compression}`);
  return { mediaType, digest: blob.digest, size: blob.size };
}
