import { randomUUID } from 'node:crypto';
import type { Mount } from '../../containerd/index.ts';
import { ifFound } from '../../containerd/rpc/gone.ts';
import type { Descriptor, Image, ImageConfig } from '../../../hooks/image.ts';
import { installManifest } from '../archive/installManifest.ts';
import { readBlob } from '../content/blobs.ts';
import type { Manifest } from '../content/manifest.ts';
import { mediaTypes } from '../content/mediaTypes.ts';
import { findImage } from '../store/findImage.ts';
import { keepUnnamed, nameImage } from '../store/record.ts';
import { storageError } from '../store/storageError.ts';
import { storeBytes } from '../store/storeBytes.ts';
import { arrived, emitImage, type StoreContext } from '../store/storeContext.ts';

/** An image to be made of another one and a layer on it. */
export interface LayerCommit {
  base: Image;
  /** Mounts of a root file system on the base that nothing changes. */
  mounts: Mount[];
  config: ImageConfig['config'];
  author: string;
  comment: string;
  createdBy: string;
  /** In full form; undefined: the image has no name. */
  reference: string | undefined;
}

/** Of a tar without entries. */
const emptyLayer = 'sha256:5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef';

/** Stores what a root file system has over an image as a layer. A failure leaves nothing. @throws PCH_DISK_FULL */
export async function commitLayer(store: StoreContext, commit: LayerCommit): Promise<Image> {
  const job = `commit ${randomUUID()}`;
  const lease = await store.leases.begin(job);
  try {
    const found = await diffLayer(store, commit, lease);
    const target = await install(store, commit, found.digest === emptyLayer ? undefined : found, lease);
    const references = commit.reference === undefined ? [] : [commit.reference];
    await arrived(store, { source: 'commit', references, target: target.manifest });
    for (const name of references) await nameImage(store, name, target.manifest);
    if (references.length === 0) await keepUnnamed(store, target.manifest);
    emitImage(store, 'commit', references[0] ?? target.id);
    const { image } = findImage(await store.index.read(), target.id);
    await store.leases.release(lease, job);
    return image;
  } catch (error) {
    await store.leases.failed(lease, job, { drop: true });
    throw storageError(error, 'the new image');
  }
}

/** Uncompressed: nothing here sends it anywhere. The view goes with the lease, should this process not remove it. */
async function diffLayer(
  { client }: StoreContext,
  { base, mounts }: LayerCommit,
  lease: string,
): Promise<Descriptor> {
  const key = `commit-${randomUUID()}`;
  try {
    const left = await client.snapshots.view(key, base.chainId, {}, { lease });
    const ref = `pouch-commit-${lease}`;
    return await client.diff.diff({ left, right: mounts, mediaType: mediaTypes.ociLayer, ref }, { lease });
  } finally {
    await ifFound(client.snapshots.remove(key));
  }
}

async function install(
  store: StoreContext,
  commit: LayerCommit,
  layer: Descriptor | undefined,
  lease: string,
): Promise<{ manifest: Descriptor; id: string }> {
  const { base } = commit;
  const layers = [...base.layers.map(ofOci), ...(layer ? [ofOci(layer)] : [])];
  const bytes = Buffer.from(JSON.stringify(await imageConfig(store, commit, layer)));
  const config = await storeBytes(store.client, bytes, mediaTypes.ociConfig, { labels: {}, lease });
  const mediaType = mediaTypes.ociManifest;
  const content = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType, config, layers }));
  const manifest: Manifest = { kind: 'manifest', config, layers };
  const onProgress = () => undefined;
  const stored = await installManifest(
    store,
    content,
    { descriptor: { mediaType }, manifest },
    { lease, onProgress },
  );
  return { manifest: stored, id: config.digest };
}

/** Docker's media types are those of OCI by other names. */
function ofOci({ mediaType, digest, size }: Descriptor): Descriptor {
  const isDocker = mediaType.startsWith('application/vnd.docker.');
  const suffix = /[.+](gzip|zstd)$/.exec(mediaType)?.[1];
  return {
    mediaType: isDocker ? `${mediaTypes.ociLayer}${suffix ? `+${suffix}` : ''}` : mediaType,
    digest,
    size,
  };
}

/** That of the base, also with fields that Pouch does not know. */
async function imageConfig(
  { client }: StoreContext,
  { base, config, author, comment, createdBy }: LayerCommit,
  layer: Descriptor | undefined,
): Promise<object> {
  const bytes = await readBlob(client.content, base.id);
  const stored = bytes ? (JSON.parse(bytes.toString()) as Record<string, unknown>) : base.config;
  // What docker build notes of the container of its last step.
  const {
    container: _container,
    container_config: _config,
    id: _id,
    parent: _parent,
    ...rest
  } = {
    ...stored,
  } as Record<string, unknown>;
  const created = new Date().toISOString();
  const entry = {
    created,
    created_by: createdBy,
    ...(author && { author }),
    ...(comment && { comment }),
    ...(!layer && { empty_layer: true }),
  };
  const diffIds = [...base.config.rootfs.diff_ids, ...(layer ? [layer.digest] : [])];
  return {
    ...rest,
    created,
    ...(author && { author }),
    config,
    rootfs: { type: 'layers', diff_ids: diffIds },
    history: [...(base.config.history ?? []), entry],
  };
}
