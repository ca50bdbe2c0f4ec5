import { PouchError } from '../../../hooks/errors.ts';
import type { Image } from '../../../hooks/image.ts';
import { damageError, damagedImages, isDamaged } from './damagedImage.ts';
import { type Entry, type Snapshot, preferred, toImage } from './ImageIndex.ts';
import { hostPlatform, parsePlatform, platformNotFound } from '../content/platform.ts';
import { formatReference, parseReference, repositoryOf } from '../content/reference.ts';

/** Digits of the shortest id prefix. */
const minPrefixLength = 4;

/** The result of a lookup: a record and its image by a reference, or an image by its id. */
export type Found = { entry: Entry; image: Image } | { entry?: undefined; image: Image };

/**
 * Finds an image. As with Docker, names take precedence over id prefixes. Without `platform` it prefers the variant
 * for the host, and accepts any other.
 * @throws PCH_IMAGE_NOT_FOUND, PCH_IMAGE_DAMAGED, PCH_ID_AMBIGUOUS, PCH_PLATFORM_NOT_FOUND, PCH_REFERENCE_INVALID
 */
export function findImage(snapshot: Snapshot, ref: string, platform?: string, defaultDomain?: string): Found {
  const byId = idOf(snapshot, ref);
  if (byId) return { image: byId };
  const entry = entryOf(snapshot, ref, defaultDomain);
  if (entry) return { entry, image: imageOf(snapshot, entry, ref, platform) };
  const byPrefix = withPrefix([...snapshot.byId.values()], ref) ?? withPrefix(damagedImages(snapshot), ref);
  if (byPrefix?.damage !== undefined) throw damageError(ref, byPrefix.damage);
  if (byPrefix) return { image: byPrefix };
  throw new PouchError('PCH_IMAGE_NOT_FOUND', `no such image: ${ref}`, {
    hint: `pull it (pouch pull ${ref}), or list the images with pouch images`,
  });
}

/** Finds a damaged image, for its removal, and the record's name if the reference is a name. */
export function findDamaged(
  snapshot: Snapshot,
  ref: string,
  defaultDomain?: string,
): { name?: string; image: Image } | undefined {
  const images = damagedImages(snapshot);
  if (images.length === 0 || idOf(snapshot, ref)) return undefined;
  const entry = entryOf(snapshot, ref, defaultDomain);
  if (!entry) {
    const image = withPrefix(images, ref);
    return image && { image };
  }
  const image = isDamaged(entry) ? images.find(({ id }) => id === entry.damage.id) : undefined;
  return image && { name: entry.name, image };
}

function idOf({ byId }: Snapshot, ref: string): Image | undefined {
  return byId.get(ref.startsWith('sha256:') ? ref : `sha256:${ref}`);
}

function entryOf({ byName }: Snapshot, ref: string, defaultDomain: string | undefined): Entry | undefined {
  if (/^(?:sha256:)?[0-9a-f]{64}$/.test(ref)) return undefined;
  // Other clients of containerd may use names that are not references.
  const literal = byName.get(ref);
  if (literal) return literal;
  const parsed = parseReference(ref, defaultDomain);
  const exact = byName.get(formatReference(parsed));
  if (exact || parsed.digest === undefined) return exact;
  // An image that was pulled by tag is also found by its digest.
  const repository = `${parsed.domain}/${parsed.path}`;
  return [...byName.values()].find(
    ({ name, target }) => target.digest === parsed.digest && repositoryOf(name) === repository,
  );
}

function imageOf({ byId }: Snapshot, entry: Entry, ref: string, platform: string | undefined): Image {
  if (isDamaged(entry) && !platform) throw damageError(ref, entry.damage.problem);
  const wanted = platform ? parsePlatform(platform) : hostPlatform();
  const variant = preferred(entry, wanted) ?? (platform ? undefined : entry.variants[0]);
  if (!variant) {
    if (entry.damage) throw damageError(ref, entry.damage.problem);
    throw platformNotFound(
      ref,
      wanted,
      entry.variants.map((one) => one.platform),
    );
  }
  const { references = [], createdAt } = byId.get(variant.id) ?? {};
  return { ...toImage(variant, entry.target, references, entry.createdAt), ...(createdAt && { createdAt }) };
}

function withPrefix(images: readonly Image[], ref: string): Image | undefined {
  const hex = ref.replace(/^sha256:/, '');
  if (hex.length < minPrefixLength || !/^[0-9a-f]+$/.test(hex)) return undefined;
  const matches = images.filter(({ id }) => id.startsWith(`sha256:${hex}`));
  if (matches.length < 2) return matches[0];
  throw new PouchError('PCH_ID_AMBIGUOUS', `the id prefix "${ref}" matches ${matches.length} images`, {
    hint: 'use more digits of the id',
  });
}
