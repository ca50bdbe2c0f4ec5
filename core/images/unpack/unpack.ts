import { randomUUID } from 'node:crypto';
import type { ContainerdClient } from '../../containerd/ContainerdClient.ts';
import { ifFound } from '../../containerd/rpc/gone.ts';
import { hasCode, PouchError } from '../../../hooks/errors.ts';
import type { Descriptor } from '../../../hooks/image.ts';
import { storageError } from '../store/storageError.ts';

export interface LayerToUnpack {
  descriptor: Descriptor;
  /** Digest of the uncompressed layer, from the image's configuration. */
  diffId: string;
  /** Key of the snapshot. */
  chainId: string;
  /** Chain id of the layer below; empty for the lowest. */
  parent: string;
}

/** Creates the committed snapshot of a layer. The blob and the parent's snapshot must exist. */
export async function unpackLayer(
  client: ContainerdClient,
  layer: LayerToUnpack,
  lease: string,
  signal: AbortSignal,
): Promise<void> {
  const key = `extract-${randomUUID()} ${layer.chainId}`;
  const options = { lease, signal };
  try {
    const mounts = await client.snapshots.prepare(key, layer.parent, {}, options);
    const applied = await client.diff.apply(layer.descriptor, mounts, options);
    if (applied.digest !== layer.diffId) throw wrongContent(layer, applied.digest);
    await client.snapshots.commit(layer.chainId, key, {}, options);
  } catch (error) {
    await ifFound(client.snapshots.remove(key));
    // Another client of containerd has created it meanwhile.
    if (hasCode(error, 'PCH_CONTAINERD_ALREADY_EXISTS')) return;
    throw storageError(error, `layer ${layer.descriptor.digest}`);
  }
}

/** Adds the snapshot to the lease. Returns whether it exists. */
export async function holdSnapshot(
  client: ContainerdClient,
  chainId: string,
  lease: string,
): Promise<boolean> {
  const type = `snapshots/${client.snapshots.snapshotter}`;
  if (!(await ifFound(client.snapshots.stat(chainId)))) return false;
  await client.leases.addResource(lease, { id: chainId, type });
  // It may have been collected before it was added.
  return (await ifFound(client.snapshots.stat(chainId))) !== undefined;
}

function wrongContent({ descriptor, diffId }: LayerToUnpack, found: string): PouchError {
  return new PouchError(
    'PCH_DIGEST_MISMATCH',
    `expected layer ${descriptor.digest} to unpack to ${diffId}, found ${found}`,
    { hint: 'the image is broken: ask its author' },
  );
}
