import { createHash } from 'node:crypto';
import { posix } from 'node:path';
import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import tar, { type Extract } from 'tar-stream';
import type { ContainerdClient } from '../../containerd/ContainerdClient.ts';
import { isContainerdError } from '../../containerd/rpc/isError.ts';
import { dropDamaged } from '../content/blobs.ts';
import { maxManifestBytes } from '../content/manifest.ts';
import { isDigest } from '../content/reference.ts';
import { storageError } from '../store/storageError.ts';
import { archiveInvalid } from './archiveError.ts';
import { type Compression, compressionOf } from './decompress.ts';

/** More files than any image has layers, manifests and old-style metadata. */
const maxEntries = 20_000;

/** All JSON files of an archive together, in bytes. */
const maxJsonBytes = 64 << 20;

/** A blob that the archive brought to the content store. */
export interface StoredBlob {
  digest: string;
  size: number;
  compression: Compression;
}

/** What is in an archive, by normalised path. Nothing of it has touched the file system. */
export interface ArchiveEntries {
  json: Map<string, Buffer>;
  blobs: Map<string, StoredBlob>;
  /** Links to other paths of the archive. */
  links: Map<string, string>;
}

/** tar-stream does not export it. */
type Entry = Extract extends AsyncIterable<infer E> ? E : never;

interface Target {
  client: ContainerdClient;
  lease: string;
}

/**
 * Reads an archive once, from front to back: big files go to the content store as they come, JSON files stay in
 * memory. Files named by a digest must have it.
 */
export async function storeEntries(target: Target, archive: Readable): Promise<ArchiveEntries> {
  const entries: ArchiveEntries = { json: new Map(), blobs: new Map(), links: new Map() };
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
    } else if (entry.header.type === 'file') {
      entries.blobs.set(path, await storeBlob(target, entry, path, count));
    }
    entry.resume();
  }
  return entries;
}

/** The file at a path after links; undefined without. */
export function resolveLink({ links }: ArchiveEntries, path: string): string {
  let at = path;
  for (let hops = 0; hops < 10; hops++) at = links.get(at) ?? at;
  return at;
}

/** Blobs keep their form also with a name that ends in .json; only the files that describe others are read. */
function isJson(path: string): boolean {
  return path === 'oci-layout' || (path.endsWith('.json') && !path.startsWith('blobs/'));
}

async function readJson(entry: Entry, path: string, total: number): Promise<Buffer> {
  const { size } = entry.header;
  if (size > maxManifestBytes || total > maxJsonBytes) throw archiveInvalid(`${path} has ${size} bytes`);
  return buffer(entry as AsyncIterable<Buffer>);
}

async function storeBlob(target: Target, entry: Entry, path: string, number: number): Promise<StoredBlob> {
  const expected = digestOfPath(path);
  const size = entry.header.size;
  // A name of its own: what comes from a pull of the same blob must not be mixed with this.
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
      // Also what is there already has to be read, to get to the next file.
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
  if (!isContainerdError(error, 'PCH_CONTAINERD_ALREADY_EXISTS')) throw error;
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

/** A symlink counts from its directory, a hard link from the root of the archive. */
function linkTarget({ header }: Entry, path: string): string {
  const from = header.type === 'symlink' ? posix.dirname(path) : '.';
  return insidePath(posix.join(from, header.linkname));
}

function insidePath(name: string): string {
  const path = posix.normalize(name).replace(/^\/+/, '');
  if (path === '..' || path.startsWith('../')) throw archiveInvalid(`"${name}" leads out of it`);
  return path;
}
