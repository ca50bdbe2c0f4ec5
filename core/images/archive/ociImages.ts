import { contentRefs } from '../../containerd/api/gcLabels.ts';
import { ifFound } from '../../containerd/rpc/gone.ts';
import type { Descriptor } from '../../../hooks/image.ts';
import { parseManifest } from '../content/manifest.ts';
import { normalizeReference } from '../content/reference.ts';
import type { StoreContext } from '../store/storeContext.ts';
import { archiveInvalid } from './archiveError.ts';
import { dockerNames } from './dockerImages.ts';
import { type ArchivedImage, type InstallOptions, installManifest } from './installManifest.ts';
import type { ArchiveEntries } from './storeEntries.ts';

const maxIndexDepth = 4;

/** Installs the images that an OCI layout's index.json lists (image-spec image-layout.md). */
export async function ociImages(
  store: StoreContext,
  entries: ArchiveEntries,
  options: InstallOptions,
): Promise<ArchivedImage[]> {
  const index = readIndex(entries);
  const images: ArchivedImage[] = [];
  for (const descriptor of index) {
    const ids = await installTree(store, descriptor, options, 0);
    const [id] = ids;
    if (id === undefined) throw archiveInvalid(`the content of ${descriptor.digest} is missing`);
    images.push({ target: descriptor, id, names: namesOf(store, entries, descriptor, ids) });
  }
  if (images.length === 0) throw archiveInvalid('index.json lists no image');
  return images;
}

function readIndex(entries: ArchiveEntries): Descriptor[] {
  const bytes = entries.json.get('index.json') ?? Buffer.alloc(0);
  const index = parseManifest(bytes, 'application/vnd.oci.image.index.v1+json', 'index.json');
  if (index.kind !== 'index') throw archiveInvalid('index.json: expected an image index');
  const { manifests } = JSON.parse(bytes.toString('utf8')) as { manifests: Descriptor[] };
  return index.manifests.map((descriptor, i) => {
    const annotations = manifests[i]?.annotations;
    return { ...descriptor, ...(annotations && { annotations }) };
  });
}

/**
 * Installs the manifests of an index that are in the archive, which may lack platforms. Returns the digests of their
 * configs.
 */
async function installTree(
  store: StoreContext,
  descriptor: Descriptor,
  options: InstallOptions,
  depth: number,
): Promise<string[]> {
  if (depth > maxIndexDepth) throw archiveInvalid(`its indexes are nested more than ${maxIndexDepth} deep`);
  const bytes = await ifFound(store.client.content.readAll(descriptor.digest));
  if (!bytes) return [];
  const parsed = parseManifest(bytes, descriptor.mediaType, descriptor.digest);
  if (parsed.kind === 'manifest') {
    await installManifest(store, bytes, { descriptor, manifest: parsed }, options);
    return [parsed.config.digest];
  }
  const children = Object.fromEntries(parsed.manifests.map(({ digest }, i) => [`m.${i}`, digest]));
  await store.client.content.label(descriptor.digest, contentRefs(children));
  const ids: string[] = [];
  for (const child of parsed.manifests.filter(({ platform }) => platform?.os !== 'unknown')) {
    ids.push(...(await installTree(store, child, options, depth + 1)));
  }
  return ids;
}

/** Tools write the full name to containerd's annotation; the OCI annotation often has only a tag. */
function namesOf(
  store: StoreContext,
  entries: ArchiveEntries,
  { annotations }: Descriptor,
  ids: string[],
): string[] {
  const { defaultRegistry } = store.config;
  const full = annotations?.['io.containerd.image.name'];
  if (full) return [normalizeReference(full, defaultRegistry)];
  const fromDocker = ids.flatMap((id) => dockerNames(entries, id, defaultRegistry));
  if (fromDocker.length > 0) return fromDocker;
  const ref = annotations?.['org.opencontainers.image.ref.name'] ?? '';
  return /[/:]/.test(ref) ? [normalizeReference(ref, defaultRegistry)] : [];
}
