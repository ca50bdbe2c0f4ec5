import { hasCode } from '../../../hooks/errors.ts';
import type { ContentWriter, Ingest } from './ContentWriter.ts';
import type { CallOptions } from '../rpc/Rpc.ts';

export interface BlobToWrite {
  /** Names the ingest for a later resume. */
  ref: string;
  /** Expected size in bytes and digest; containerd checks both. */
  size: number;
  digest: string;
  /** Labels of the blob, e.g. from gcLabels.ts. */
  labels?: Record<string, string>;
  /** Called with the number of bytes written so far, at most once per chunk. */
  onProgress?: (offset: number) => void;
}

/** Returns the bytes from `offset` on; a resumed write skips the bytes that containerd has. */
export type BlobSource = (offset: number) => AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

/** The part of containerd's content store that a write uses. */
export interface BlobStore {
  label(digest: string, labels: Record<string, string>, options?: CallOptions): Promise<unknown>;
  openWriter(ingest: Ingest, options?: CallOptions): Promise<ContentWriter>;
}

/** Writes a blob, resuming an earlier attempt. Returns at once if the blob exists. */
export async function writeBlob(
  content: BlobStore,
  blob: BlobToWrite,
  source: BlobSource,
  options?: CallOptions,
): Promise<void> {
  try {
    await ingest(content, blob, source, options);
  } catch (error) {
    if (!hasCode(error, 'PCH_CONTAINERD_ALREADY_EXISTS')) throw error;
    if (blob.labels) await content.label(blob.digest, blob.labels, options);
  }
}

async function ingest(
  content: BlobStore,
  { ref, size, digest, labels = {}, onProgress }: BlobToWrite,
  source: BlobSource,
  options?: CallOptions,
): Promise<void> {
  const writer = await content.openWriter({ ref, total: size, expected: digest }, options);
  try {
    await copy(writer, source, size, onProgress);
    await writer.commit({ size, digest, labels });
  } finally {
    await writer.close();
  }
}

async function copy(
  writer: ContentWriter,
  source: BlobSource,
  size: number,
  onProgress: BlobToWrite['onProgress'],
): Promise<void> {
  if (writer.offset >= size) return;
  for await (const chunk of source(writer.offset)) {
    await writer.write(chunk);
    onProgress?.(writer.offset);
  }
}
