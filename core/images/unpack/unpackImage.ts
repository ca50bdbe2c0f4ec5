import type { ContainerdClient } from '../../containerd/ContainerdClient.ts';
import type { Descriptor, ImageConfig } from '../../../hooks/image.ts';
import { chainIds } from './chainId.ts';
import { invalid } from '../content/manifest.ts';
import { type OnProgress, shortDigest } from '../pull/progress.ts';
import { type PullLeases, underLease } from '../pull/PullLeases.ts';
import type { SharedWork } from '../pull/SharedWork.ts';
import { type LayerToUnpack, holdSnapshot, unpackLayer } from './unpack.ts';

export interface UnpackJob {
  client: ContainerdClient;
  shared: { snapshots: SharedWork<never, void> };
  leases: PullLeases;
  lease: string;
  onProgress: OnProgress;
  signal: AbortSignal;
}

/** Returns the layers of an image to unpack, lowest first. @throws PCH_IMAGE_INVALID */
export function layersToUnpack(
  layers: readonly Descriptor[],
  config: ImageConfig,
  where: string,
): LayerToUnpack[] {
  const diffIds = config.rootfs.diff_ids;
  if (diffIds.length !== layers.length) {
    throw invalid(where, `expected as many diff ids as layers (${layers.length}), found ${diffIds.length}`);
  }
  const chain = chainIds(diffIds);
  return layers.map((descriptor, i) => ({
    descriptor,
    diffId: diffIds[i] ?? '',
    chainId: chain[i] ?? '',
    parent: chain[i - 1] ?? '',
  }));
}

/** Unpacks layers in order. `ready` resolves when a layer's blob exists. */
export async function unpackImage(
  job: UnpackJob,
  layers: readonly LayerToUnpack[],
  ready: (layer: number) => Promise<unknown> = () => Promise.resolve(),
): Promise<void> {
  for (const [i, layer] of layers.entries()) {
    await ready(i);
    await unpackShared(job, layer);
  }
}

/** Unpacks a layer once for all concurrent jobs, and adds it to this job's lease. */
async function unpackShared(job: UnpackJob, layer: LayerToUnpack): Promise<void> {
  const { client, lease, shared, signal } = job;
  const id = shortDigest(layer.descriptor.digest);
  while (!(await holdSnapshot(client, layer.chainId, lease))) {
    job.onProgress({ id, status: 'Extracting', current: 0, total: layer.descriptor.size });
    const work = (_: unknown, stop: AbortSignal) =>
      underLease(job, () => unpackLayer(client, layer, lease, stop));
    await shared.snapshots.run(layer.chainId, work, { signal });
  }
  job.onProgress({ id, status: 'Pull complete' });
}
