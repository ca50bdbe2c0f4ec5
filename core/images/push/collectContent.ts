import type { ContainerdClient } from '../../containerd/ContainerdClient.ts';
import { ifFound } from '../../containerd/rpc/gone.ts';
import { PouchError } from '../../../hooks/errors.ts';
import type { Descriptor } from '../../../hooks/image.ts';
import { readBlob } from '../content/blobs.ts';
import { descriptor, parseObject } from '../content/manifest.ts';
import { formatPlatform } from '../content/platform.ts';
import { type Entry, preferred } from '../store/ImageIndex.ts';

/** A blob with the labels that containerd has of it. */
export interface StoredBlob extends Descriptor {
  labels: Readonly<Record<string, string>>;
}

/** What a push sends. */
export interface PushContent {
  /** Each after those that it refers to; the last one gets the tag. */
  manifests: { descriptor: Descriptor; bytes: Buffer }[];
  /** Configurations and layers. */
  blobs: StoredBlob[];
  /** In a sentence: what the push omits. */
  note?: string;
}

/** Indexes may refer to indexes, in practice never deeper. */
const maxDepth = 4;

/**
 * Collects the content of an image. Of an index that is not complete on the host, as after a pull for one platform,
 * it takes the manifest for this host.
 * @throws PCH_IMAGE_INVALID, PCH_IMAGE_DAMAGED
 */
export async function collectContent(client: ContainerdClient, entry: Entry): Promise<PushContent> {
  const whole = await contentOf(client, entry.target);
  if (whole) return whole;
  const variant = preferred(entry) ?? entry.variants[0];
  const part = variant && (await contentOf(client, variant.manifest));
  if (!part) throw incomplete(entry.name);
  const note = `Only ${formatPlatform(variant.platform)} of ${entry.name} is on this host: ${variant.manifest.digest}`;
  return { ...part, note };
}

/** Returns undefined if anything is missing on the host. */
async function contentOf(
  client: ContainerdClient,
  root: Descriptor,
  depth = 0,
): Promise<PushContent | undefined> {
  const bytes = await readBlob(client.content, root.digest);
  if (!bytes) return undefined;
  const json = parseObject(bytes, root.digest, 'manifest');
  const parts = Array.isArray(json['manifests'])
    ? depth < maxDepth && (await childrenOf(client, json['manifests'], root, depth))
    : await blobsOf(client, json, root);
  if (!parts) return undefined;
  return { ...parts, manifests: [...parts.manifests, { descriptor: root, bytes }] };
}

async function childrenOf(
  client: ContainerdClient,
  manifests: unknown[],
  { digest }: Descriptor,
  depth: number,
): Promise<PushContent | undefined> {
  const all: PushContent = { manifests: [], blobs: [] };
  for (const child of manifests) {
    const found = await contentOf(client, descriptor(child, digest), depth + 1);
    if (!found) return undefined;
    all.manifests.push(...found.manifests);
    all.blobs.push(...found.blobs);
  }
  return { manifests: once(all.manifests, (one) => one.descriptor.digest), blobs: once(all.blobs, digestOf) };
}

async function blobsOf(
  { content }: ContainerdClient,
  json: Record<string, unknown>,
  { digest }: Descriptor,
): Promise<PushContent | undefined> {
  const layers = Array.isArray(json['layers']) ? json['layers'] : [];
  const wanted = [...layers, json['config']].map((one) => descriptor(one, digest)).filter(isDistributable);
  const infos = await Promise.all(wanted.map((one) => ifFound(content.info(one.digest))));
  const blobs = wanted.flatMap((one, i) => (infos[i] ? [{ ...one, labels: infos[i].labels }] : []));
  return blobs.length < wanted.length ? undefined : { manifests: [], blobs: once(blobs, digestOf) };
}

/** Layers whose licence forbids their distribution stay at their own address (OCI image-spec, layer.md). */
function isDistributable({ mediaType }: Descriptor): boolean {
  return !/\.(?:foreign|nondistributable)\./.test(mediaType);
}

function digestOf({ digest }: Descriptor): string {
  return digest;
}

function once<T>(list: readonly T[], key: (one: T) => string): T[] {
  return [...new Map(list.map((one) => [key(one), one])).values()];
}

function incomplete(name: string): PouchError {
  return new PouchError('PCH_IMAGE_INVALID', `content of ${name} not found on this host`, {
    hint: 'pull or load the image again, then push it',
  });
}
