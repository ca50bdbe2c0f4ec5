import type { ContentClient } from '../../containerd/api/ContentClient.ts';
import { ifFound } from '../../containerd/rpc/isError.ts';
import { PouchError } from '../../../hooks/errors.ts';
import type { Descriptor } from '../../../hooks/image.ts';
import { isRefused, isTransient } from '../registry/registryError.ts';
import { type RegistrySession, backOff } from '../registry/RegistrySession.ts';
import { isDiskFull, isMismatch, storageError } from '../store/storageError.ts';

export interface BlobFetch {
  content: ContentClient;
  session: RegistrySession;
  descriptor: Descriptor;
  labels?: Record<string, string>;
  lease: string;
  /** New connections without progress in between. */
  retries: number;
  /** Bytes of a connection that are progress. A registry that sends some and breaks off must not go on for ever. */
  enoughBytes: number;
  signal: AbortSignal;
  /** Bytes that are stored so far. */
  onProgress?: (bytes: number) => void;
  /** Told if a part of the blob was there. */
  onResume?: () => void;
}

/**
 * Downloads a blob into the content store, from where an earlier attempt ended; done at once when it is there.
 * containerd checks size and digest. A blob that fails the check is dropped: nothing could resume it.
 */
export async function fetchBlob(fetch: BlobFetch): Promise<void> {
  const { content, descriptor, labels, lease, signal, onProgress } = fetch;
  const ref = ingestRef(descriptor.digest);
  const { digest, size } = descriptor;
  try {
    const blob = { ref, size, digest, ...(labels && { labels }), ...(onProgress && { onProgress }) };
    await content.write(blob, (offset) => resuming(fetch, offset), { lease, signal });
  } catch (error) {
    const known = storageError(error, `blob ${digest}`);
    if (isMismatch(known) || isDiskFull(known)) await ifFound(content.abort(ref));
    throw known;
  }
}

/** One name per blob: so a later pull, also by another client, finds what is there. */
export function ingestRef(digest: string): string {
  return `pouch-blob-${digest}`;
}

/** The rest of the blob, over as many connections as it takes. */
async function* resuming(fetch: BlobFetch, offset: number): AsyncGenerator<Buffer> {
  const { session, descriptor, retries, enoughBytes, signal } = fetch;
  if (offset > 0) fetch.onResume?.();
  let at = offset;
  for (let failures = 0; at < descriptor.size; failures++) {
    const begin = at;
    try {
      for await (const chunk of await session.blob(descriptor.digest, at, signal)) {
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
    `the registry sent more for blob ${digest} than its ${size} bytes`,
    {
      hint: 'The registry or something on the way to it changes content; try again, then ask who runs it.',
    },
  );
}

function brokeOff({ digest, size }: Descriptor, at: number): PouchError {
  return new PouchError(
    'PCH_REGISTRY_UNREACHABLE',
    `the registry ended blob ${digest} at byte ${at} of ${size}`,
    {
      hint: 'Try again: the download goes on where it ended.',
    },
  );
}
