import type { ContainerdClient } from '../../containerd/ContainerdClient.ts';
import type { Descriptor } from '../../../hooks/image.ts';
import { dropDamaged } from '../content/blobs.ts';
import { sha256 } from '../unpack/chainId.ts';
import { ingestRef } from '../pull/fetchBlob.ts';
import { storageError } from './storageError.ts';

/** Stores a small blob (a manifest or a configuration) with its labels. */
export async function storeBytes(
  client: ContainerdClient,
  bytes: Uint8Array,
  mediaType: string,
  { labels, ...options }: { labels: Record<string, string>; lease: string; signal?: AbortSignal },
): Promise<Descriptor> {
  const digest = sha256(bytes);
  const blob = { ref: ingestRef(digest), digest, size: bytes.length, labels };
  try {
    await dropDamaged(client, digest, options.lease);
    await client.content.write(blob, (offset) => [bytes.subarray(offset)], options);
  } catch (error) {
    throw storageError(error, `blob ${digest}`);
  }
  return { mediaType, digest, size: bytes.length };
}
