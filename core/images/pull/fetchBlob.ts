import type { ContentClient } from '../../containerd/api/ContentClient.ts';
import { ifFound } from '../../containerd/rpc/gone.ts';
import { PouchError } from '../../../hooks/errors.ts';
import type { Descriptor } from '../../../hooks/image.ts';
import { isRefused, isTransient } from '../registry/registryError.ts';
import { backOff } from '../registry/retries.ts';
import { isDiskFull, isMismatch, storageError } from '../store/storageError.ts';

/** Where a blob comes from. */
export interface BlobSession {
  blob(descriptor: Descriptor, offset: number, signal: AbortSignal): Promise<AsyncIterable<Buffer>>;
}

/** A blob of a session. */
export interface BlobSource {
  session: BlobSession;
  descriptor: Descriptor;
  /** Attempts to reconnect without progress in between. */
  retries: number;
  /**
   * Bytes of a connection that count as progress: a registry that always sends a little and disconnects must not keep
   * a pull running.
   */
  enoughBytes: number;
  signal: AbortSignal;
}

export interface BlobFetch extends BlobSource {
  content: ContentClient;
  labels?: Record<string, string>;
  lease: string;
  /** Called with the number of bytes stored so far. */
  onProgress?: (bytes: number) => void;
  /** Called with the byte at which the download begins: 0 unless it resumes an earlier one. */
  onBegin?: (offset: number) => void;
}

/**
 * Downloads a blob into the content store, resuming an earlier attempt. Returns at once if the blob exists.
 * containerd checks size and digest; the data of a blob that fails the check is deleted.
 */
export async function fetchBlob(fetch: BlobFetch): Promise<void> {
  const { content, descriptor, labels, lease, signal, onProgress } = fetch;
  const ref = ingestRef(descriptor.digest);
  const { digest, size } = descriptor;
  try {
    const blob = { ref, size, digest, ...(labels && { labels }), ...(onProgress && { onProgress }) };
    await content.write(blob, (offset) => resumed(fetch, offset), { lease, signal });
  } catch (error) {
    const known = storageError(error, `blob ${digest}`);
    if (isMismatch(known) || isDiskFull(known)) await ifFound(content.abort(ref));
    throw known;
  }
}

/** Returns the name of the ingest, by which later pulls, also of other clients, find it. */
export function ingestRef(digest: string): string {
  return `pouch-blob-${digest}`;
}

function resumed(fetch: BlobFetch, offset: number): AsyncGenerator<Buffer> {
  fetch.onBegin?.(offset);
  return readBlob(fetch, offset);
}

/** Yields the rest of a blob, with as many connections as it takes. The caller checks the digest. */
export async function* readBlob(
  { session, descriptor, retries, enoughBytes, signal }: BlobSource,
  offset: number,
): AsyncGenerator<Buffer> {
  let at = offset;
  for (let failures = 0; at < descriptor.size; failures++) {
    const begin = at;
    try {
      for await (const chunk of await session.blob(descriptor, at, signal)) {
        at += chunk.length;
        if (at - begin >= enoughBytes) failures = 0;
        if (at > descriptor.size) throw tooLong(descriptor);
        yield chunk;
      }
      if (at < descriptor.size) throw brokeOff(descriptor, at);
    } catch (error) {
      signal.throwIfAborted();
      if (failures >= retries || !(isTransient(error) || isRefused(error))) throw error;
      await backOff(failures, error, signal);
    }
  }
}

function tooLong({ digest, size }: Descriptor): PouchError {
  return new PouchError(
    'PCH_DIGEST_MISMATCH',
    `expected ${size} bytes of blob ${digest} from the registry, found more`,
    {
      hint: 'the registry, or a proxy before it, changes content; try again, then ask its operator',
    },
  );
}

function brokeOff({ digest, size }: Descriptor, at: number): PouchError {
  return new PouchError(
    'PCH_REGISTRY_UNREACHABLE',
    `the registry ended the transfer of blob ${digest} at byte ${at} of ${size}`,
    {
      hint: 'try again: the download resumes where it ended',
    },
  );
}
