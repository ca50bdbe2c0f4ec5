import { contentRefs, snapshotRef } from '../../containerd/api/gcLabels.ts';
import { ifFound } from '../../containerd/rpc/gone.ts';
import type { Descriptor } from '../../../hooks/image.ts';
import { type Manifest, parseConfig } from '../content/manifest.ts';
import type { OnProgress } from '../pull/progress.ts';
import type { StoreContext } from '../store/storeContext.ts';
import { storeBytes } from '../store/storeBytes.ts';
import { layersToUnpack, unpackImage } from '../unpack/unpackImage.ts';
import { archiveInvalid } from './archiveError.ts';

/** An image that is stored and unpacked and has no name yet. */
export interface ArchivedImage {
  target: Descriptor;
  names: string[];
  /** Digest of a config that the target refers to. */
  id: string;
}

export interface InstallOptions {
  lease: string;
  onProgress: OnProgress;
  signal?: AbortSignal;
}

/** Stores a manifest whose config and layers are in the content store, and unpacks the layers. */
export async function installManifest(
  store: StoreContext,
  bytes: Uint8Array,
  { descriptor, manifest }: { descriptor: Pick<Descriptor, 'mediaType'>; manifest: Manifest },
  { lease, onProgress, signal = new AbortController().signal }: InstallOptions,
): Promise<Descriptor> {
  const { client, shared, leases } = store;
  const { config, layers } = manifest;
  for (const { digest } of [config, ...layers]) {
    if (!(await ifFound(client.content.info(digest)))) throw archiveInvalid(`blob ${digest} is missing`);
  }
  const parsed = parseConfig(await client.content.readAll(config.digest), 'the archive');
  const children = Object.fromEntries(layers.map(({ digest }, i) => [`l.${i}`, digest]));
  const labels = contentRefs({ config: config.digest, ...children });
  const stored = await storeBytes(client, bytes, descriptor.mediaType, { labels, lease });
  const unpack = layersToUnpack(layers, parsed, 'the archive');
  await unpackImage({ client, shared, leases, lease, onProgress, signal }, unpack);
  const top = unpack.at(-1)?.chainId;
  if (top) await client.content.label(config.digest, snapshotRef(client.snapshots.snapshotter, top));
  return stored;
}
