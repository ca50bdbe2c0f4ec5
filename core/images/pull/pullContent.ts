import type { ContainerdClient } from '../../containerd/ContainerdClient.ts';
import { contentRefs, snapshotRef } from '../../containerd/api/gcLabels.ts';
import type { Descriptor, ImageConfig } from '../../../hooks/image.ts';
import { dropDamaged } from '../content/blobs.ts';
import { addSource } from '../content/distributionSource.ts';
import { chainIds } from '../unpack/chainId.ts';
import { DownloadQueue } from './DownloadQueue.ts';
import { type BlobFetch, fetchBlob } from './fetchBlob.ts';
import { allEnded } from '../../wait/allEnded.ts';
import { linkedAbort } from '../../wait/linkedAbort.ts';
import { type Manifest, invalid, maxManifestBytes, parseConfig, parseManifest } from '../content/manifest.ts';
import { type OnProgress, shortDigest } from './progress.ts';
import { type Platform, choosePlatform, platformDistance, platformNotFound } from '../content/platform.ts';
import { type Reference, formatReference } from '../content/reference.ts';
import { type PullLeases, underLease } from './PullLeases.ts';
import type { FetchedManifest } from '../registry/RegistrySession.ts';
import type { SourceSession } from '../sources/SourceSession.ts';
import { isMismatch } from '../store/storageError.ts';
import { storeBytes } from '../store/storeBytes.ts';
import type { SharedWork } from './SharedWork.ts';
import type { LayerToUnpack } from '../unpack/unpack.ts';
import { layersToUnpack, unpackImage } from '../unpack/unpackImage.ts';

/** Indexes may refer to indexes, in practice never deeper. */
const maxIndexDepth = 4;

/** Work that concurrent pulls share. */
export interface SharedPulls {
  /** Blob downloads by digest; progress in bytes. */
  blobs: SharedWork<number, void>;
  /** Unpacked layers by chain id. */
  snapshots: SharedWork<never, void>;
}

export interface PullJob {
  client: ContainerdClient;
  session: SourceSession;
  shared: SharedPulls;
  reference: Reference;
  platform: Platform;
  leases: PullLeases;
  lease: string;
  retries: number;
  /** Bytes of a connection that count as progress. */
  enoughBytes: number;
  maxParallel: number;
  onProgress: OnProgress;
  signal: AbortSignal;
}

interface Resolved {
  /** The descriptor that the reference resolves to. */
  target: Descriptor;
  manifest: Descriptor;
  layers: Descriptor[];
  config: ImageConfig;
}

/**
 * Downloads an image's content and unpacks its layers, each while later ones are downloaded. Resolves to the
 * descriptor of the reference. The lease keeps everything.
 */
export async function pullContent(job: PullJob): Promise<Descriptor> {
  const { target, layers, config } = await resolve(job);
  await fetchLayers(job, layersToUnpack(layers, config, name(job)));
  job.signal.throwIfAborted();
  return target;
}

/** Resolves the reference to the manifest and configuration for the platform, and stores them. */
async function resolve(job: PullJob): Promise<Resolved> {
  const { tag, digest } = job.reference;
  const root = await job.session.manifest(digest ?? tag ?? 'latest', job.signal);
  let found = root;
  for (let depth = 0; depth < maxIndexDepth; depth++) {
    const parsed = parseManifest(found.bytes, found.descriptor.mediaType, name(job));
    if (parsed.kind === 'manifest') return finish(job, root, found, parsed);
    const offered = parsed.manifests.flatMap(({ platform }) => platform ?? []);
    const chosen = choosePlatform(job.platform, parsed.manifests, ({ platform }) => platform);
    if (!chosen) throw platformNotFound(name(job), job.platform, offered);
    const children = parsed.manifests.map(({ digest: child }, i) => [`m.${i}`, child] as const);
    await store(job, found, contentRefs(Object.fromEntries(children)));
    found = await job.session.manifest(chosen.digest, job.signal);
  }
  throw invalid(name(job), `its indexes are nested more than ${maxIndexDepth} deep`);
}

async function finish(
  job: PullJob,
  root: FetchedManifest,
  found: FetchedManifest,
  { config: descriptor, layers }: Manifest,
): Promise<Resolved> {
  if (descriptor.size > maxManifestBytes)
    throw invalid(name(job), `its configuration has ${descriptor.size} bytes`);
  const children = Object.fromEntries(layers.map(({ digest }, i) => [`l.${i}`, digest]));
  await store(job, found, contentRefs({ config: descriptor.digest, ...children }));
  await dropDamaged(job.client, descriptor.digest, job.lease);
  await fetchShared(job, descriptor);
  const config = parseConfig(await job.client.content.readAll(descriptor.digest), name(job));
  checkPlatform(job, config);
  const chainId = chainIds(config.rootfs.diff_ids).at(-1);
  if (chainId)
    await job.client.content.label(descriptor.digest, snapshotRef(job.client.snapshots.snapshotter, chainId));
  return { target: root.descriptor, manifest: found.descriptor, layers, config };
}

/** Checks the platform of the configuration: an image may have no index, or a wrong one. */
function checkPlatform(job: PullJob, config: ImageConfig): void {
  // Images built from scratch by old tools have no architecture.
  if (config.architecture === '') return;
  if (platformDistance(job.platform, config) === undefined)
    throw platformNotFound(name(job), job.platform, [config]);
}

async function store(job: PullJob, found: FetchedManifest, labels: Record<string, string>): Promise<void> {
  const { client, lease, signal } = job;
  await storeBytes(client, found.bytes, found.descriptor.mediaType, { labels, lease, signal });
}

async function fetchLayers(job: PullJob, layers: LayerToUnpack[]): Promise<void> {
  const { controller: stop, unlink } = linkedAbort(job.signal);
  const inner = { ...job, signal: stop.signal };
  const queue = new DownloadQueue(job.maxParallel);
  const downloads = layers.map(({ descriptor }) => {
    const id = shortDigest(descriptor.digest);
    job.onProgress({ id, status: 'Pulling fs layer' });
    const done = queue.add((received) => download(inner, descriptor, received));
    if (queue.waiting > 0) job.onProgress({ id, status: 'Waiting' });
    return done;
  });
  const all = [...downloads, unpackImage(inner, layers, (i) => downloads[i] ?? Promise.resolve())];
  try {
    await allEnded(all, stop);
  } finally {
    queue.close();
    unlink();
  }
}

async function download(job: PullJob, layer: Descriptor, received: (bytes: number) => void): Promise<void> {
  const id = shortDigest(layer.digest);
  let stored = 0;
  await fetchShared(job, layer, (current) => {
    received(current - stored);
    stored = current;
    job.onProgress({ id, status: 'Downloading', current, total: layer.size });
  });
  job.onProgress({ id, status: stored > 0 ? 'Download complete' : 'Already exists' });
}

/** Downloads a blob once for all concurrent pulls, and adds it to this pull's lease. */
async function fetchShared(
  job: PullJob,
  descriptor: Descriptor,
  onProgress?: (bytes: number) => void,
): Promise<void> {
  const { client, session, lease, retries, enoughBytes, signal } = job;
  const { content } = client;
  await job.shared.blobs.run(
    descriptor.digest,
    (onProgress, stop) =>
      underLease(job, () =>
        fetchAnew(session, {
          content,
          session,
          descriptor,
          lease,
          retries,
          enoughBytes,
          signal: stop,
          onProgress,
        }),
      ),
    { onProgress, signal },
  );
  await client.leases.addResource(lease, { id: descriptor.digest, type: 'content' });
  await addSource(content, descriptor.digest, job.reference);
}

/**
 * Downloads a blob once more from the start if its digest does not match: the data of an earlier attempt that it has
 * resumed may be damaged, or a source has sent something else, which is not asked for it again.
 */
async function fetchAnew(session: SourceSession, fetch: BlobFetch): Promise<void> {
  for (;;) {
    // Undefined: all of it was stored by an earlier attempt.
    let begun: number | undefined;
    try {
      return await fetchBlob({ ...fetch, onBegin: (offset) => (begun ??= offset) });
    } catch (error) {
      if (!isMismatch(error)) throw error;
      const isDistrusted = session.distrust(fetch.descriptor.digest);
      if (begun === 0 && !isDistrusted) throw error;
    }
  }
}

function name(job: PullJob): string {
  return formatReference(job.reference);
}
