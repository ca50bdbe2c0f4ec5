import { createHash } from 'node:crypto';
import { hasCode } from '../../../hooks/errors.ts';
import type { Descriptor, ImageConfig } from '../../../hooks/image.ts';
import { installManifest, type InstallOptions } from '../archive/installManifest.ts';
import type { ContentWriter } from '../../containerd/api/ContentWriter.ts';
import { ifFound } from '../../containerd/rpc/gone.ts';
import type { Manifest } from '../content/manifest.ts';
import { mediaTypes } from '../content/mediaTypes.ts';
import type { OnProgress } from '../pull/progress.ts';
import { storageError } from './storageError.ts';
import { storeBytes } from './storeBytes.ts';
import type { StoreContext } from './storeContext.ts';

/** How a layer is stored. */
export interface LayerJob {
  lease: string;
  onProgress: OnProgress;
  signal: AbortSignal;
  /** Begins the name of the ingest. */
  verb: string;
}

/** Writes a tar to the store while it is made. Resolves to its digest. */
export type WriteTar = (tar: AsyncIterable<Buffer>) => Promise<string>;

/**
 * Stores a tar as an uncompressed layer, under the job's lease. `make` passes the tar to its argument; only if it
 * resolves is the layer committed.
 * @throws the error of `make`, PCH_DISK_FULL
 */
export async function storeLayer(
  { client }: StoreContext,
  { lease, onProgress, verb }: LayerJob,
  make: (write: WriteTar) => Promise<string>,
): Promise<Descriptor> {
  const ref = `pouch-${verb}-${lease}`;
  const writer = await client.content.openWriter({ ref }, { lease });
  try {
    const digest = await make((tar) => copy(tar, writer, onProgress));
    const size = writer.offset;
    await writer.commit({ size, digest }).catch((error: unknown) => {
      if (!hasCode(error, 'PCH_CONTAINERD_ALREADY_EXISTS')) throw error;
    });
    await client.leases.addResource(lease, { id: digest, type: 'content' });
    return { mediaType: mediaTypes.ociLayer, digest, size };
  } catch (error) {
    await writer.close();
    await ifFound(client.content.abort(ref));
    throw storageError(error, 'the layer of the new image');
  } finally {
    await writer.close();
  }
}

/** An image that is stored and unpacked and has no name yet. */
export interface LayerImage {
  target: Descriptor;
  /** Digest of its config. */
  id: string;
}

/** Makes an image of one stored layer, and unpacks it. */
export async function installLayer(
  store: StoreContext,
  layer: Descriptor,
  imageConfig: Omit<ImageConfig, 'rootfs'>,
  { lease, onProgress, signal }: InstallOptions & { signal: AbortSignal },
): Promise<LayerImage> {
  const rootfs = { type: 'layers', diff_ids: [layer.digest] };
  const bytes = Buffer.from(JSON.stringify({ ...imageConfig, rootfs }));
  const labels = {};
  const config = await storeBytes(store.client, bytes, mediaTypes.ociConfig, { labels, lease, signal });
  const mediaType = mediaTypes.ociManifest;
  const content = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType, config, layers: [layer] }));
  const manifest: Manifest = { kind: 'manifest', config, layers: [layer] };
  const what = { descriptor: { mediaType }, manifest };
  const target = await installManifest(store, content, what, { lease, onProgress, signal });
  return { target, id: config.digest };
}

async function copy(
  tar: AsyncIterable<Buffer>,
  writer: ContentWriter,
  onProgress: OnProgress,
): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of tar) {
    hash.update(chunk);
    await writer.write(chunk);
    onProgress({ id: 'layer', status: 'Storing', current: writer.offset });
  }
  return `sha256:${hash.digest('hex')}`;
}
