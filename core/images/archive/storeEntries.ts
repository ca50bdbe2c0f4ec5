import { hasCode } from '../../../hooks/errors.ts';
import { createHash } from 'node:crypto';
import { posix } from 'node:path';
import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import tar, { type Extract } from 'tar-stream';
import type { Descriptor } from '../../../hooks/image.ts';
import type { ContainerdClient } from '../../containerd/ContainerdClient.ts';
import { dropDamaged } from '../content/blobs.ts';
import { maxManifestBytes } from '../content/manifest.ts';
import { isDigest } from '../content/reference.ts';
import { storageError } from '../store/storageError.ts';
import { archiveInvalid } from './archiveError.ts';
import { type Compression, compressionOf } from './decompress.ts';

/** More files than any image has: layers, manifests and old metadata. */
const maxEntries = 20_000;

/** Bytes of all JSON files of an archive together. */
const maxJsonBytes = 64 << 20;

/** A blob of the archive that is in the content store. */
export interface StoredBlob {
  digest: string;
  size: number;
  compression: Compression;
}

/** The content of an archive by normalised path. It is not written to the file system. */
export interface ArchiveEntries {
  json: Map<string, Buffer>;
  blobs: Map<string, StoredBlob>;
  /** Links to other paths of the archive. */
  links: Map<string, string>;
  /** Layers that the store has, by the paths that they have in the archive. */
  known: ReadonlyMap<string, Descriptor>;
}

/** tar-stream does not export this type. */
type Entry = Extract extends AsyncIterable<infer E> ? E : never;

interface Target {
  client: ContainerdClient;
  lease: string;
}

/**
 * Reads an archive once from beginning to end. JSON files are kept in memory; others are written to the content
 * store, which verifies the digest of files that are named by one.
 */
export async function storeEntries(
  target: Target,
  archive: Readable,
  known: ReadonlyMap<string, Descriptor> = new Map(),
): Promise<ArchiveEntries> {
  const entries: ArchiveEntries = { json: new Map(), blobs: new Map(), links: new Map(), known };
  const extract = tar.extract();
  archive.on('error', (error) => extract.destroy(error));
  archive.pipe(extract);
  let count = 0;
  let jsonBytes = 0;
  for await (const entry of extract) {
    if (++count > maxEntries) throw archiveInvalid(`it has more than ${maxEntries} files`);
    const path = insidePath(entry.header.name);
    if (isLink(entry)) entries.links.set(path, linkTarget(entry, path));
    else if (isJson(path)) {
      jsonBytes += entry.header.size;
      entries.json.set(path, await readJson(entry, path, jsonBytes));
    } else if (entry.header.type === 'file' && !known.has(path)) {
      entries.blobs.set(path, await storeBlob(target, entry, path, count));
    }
    entry.resume();
  }
  return entries;
}

/** Resolves links. Returns the path of the file. */
export function resolveLink({ links }: ArchiveEntries, path: string): string {
  let at = path;
  for (let hops = 0; hops < 10; hops++) at = links.get(at) ?? at;
  return at;
}

/** Whether the file describes others. Blobs are never read as JSON, even if their name ends with .json. */
function isJson(path: string): boolean {
  return path === 'oci-layout' || (path.endsWith('.json') && !path.startsWith('blobs/'));
}

async function readJson(entry: Entry, path: string, total: number): Promise<Buffer> {
  const { size } = entry.header;
  if (size > maxManifestBytes || total > maxJsonBytes)
    throw archiveInvalid(`${path} is too large: ${size} bytes`);
  return buffer(entry as AsyncIterable<Buffer>);
}

async function storeBlob(target: Target, entry: Entry, path: string, number: number): Promise<StoredBlob> {
  const expected = digestOfPath(path);
  const size = entry.header.size;
  // A separate ref, so that the bytes are not mixed with those of a pull of the same blob.
  const ref = `${target.lease}-${number}`;
  try {
    return await ingest(target, entry, { ref, size, expected });
  } catch (error) {
    throw storageError(error, `${path} of the archive`);
  }
}

async function ingest(
  { client, lease }: Target,
  entry: Entry,
  { ref, size, expected }: { ref: string; size: number; expected: string | undefined },
): Promise<StoredBlob> {
  if (expected && size <= maxManifestBytes) await dropDamaged(client, expected, lease);
  const writer = await openUnlessStored(client, { ref, total: size, ...(expected && { expected }) }, lease);
  const hash = expected ? undefined : createHash('sha256');
  let compression: Compression = 'none';
  let at = 0;
  try {
    for await (const chunk of entry as AsyncIterable<Buffer>) {
      if (at === 0) compression = compressionOf(chunk);
      hash?.update(chunk);
      // A blob that exists has to be read too, to get to the next file.
      await writer?.write(chunk);
      at += chunk.length;
    }
    const digest = expected ?? `sha256:${hash?.digest('hex') ?? ''}`;
    await writer?.commit({ size, digest }).catch((error: unknown) => ignoreExisting(error));
    if (!writer || !expected) await client.leases.addResource(lease, { id: digest, type: 'content' });
    return { digest, size, compression };
  } finally {
    await writer?.close();
  }
}

async function openUnlessStored(
  client: ContainerdClient,
  what: Parameters<ContainerdClient['content']['openWriter']>[0],
  lease: string,
) {
  try {
    return await client.content.openWriter(what, { lease });
  } catch (error) {
    ignoreExisting(error);
    return undefined;
  }
}

function ignoreExisting(error: unknown): void {
  if (!hasCode(error, 'PCH_CONTAINERD_ALREADY_EXISTS')) throw error;
}

/** `blobs/sha256/HEX` of an OCI layout (image-spec image-layout.md). */
function digestOfPath(path: string): string | undefined {
  const [, algorithm = '', hex = ''] = /^blobs\/([a-z0-9]+)\/([0-9a-f]+)$/.exec(path) ?? [];
  const digest = `${algorithm}:${hex}`;
  return isDigest(digest) ? digest : undefined;
}

function isLink({ header }: Entry): boolean {
  return header.type === 'symlink' || header.type === 'link';
}

/** A symbolic link is relative to its directory, a hard link to the root of the archive. */
function linkTarget({ header }: Entry, path: string): string {
  const from = header.type === 'symlink' ? posix.dirname(path) : '.';
  return insidePath(posix.join(from, header.linkname));
}

function insidePath(name: string): string {
  const path = posix.normalize(name).replace(/^\/+/, '');
  if (path === '..' || path.startsWith('../')) throw archiveInvalid(`"${name}" is outside the archive`);
  return path;
}
