import type { Images } from '../../../hooks/engine.ts';
import type { Image } from '../../../hooks/image.ts';
import { findImage } from '../store/findImage.ts';
import { formatPlatform, hostPlatform, parsePlatform, type Platform } from '../content/platform.ts';
import { type OnProgress, throttled } from './progress.ts';
import { pullContent } from './pullContent.ts';
import { nameImage } from '../store/record.ts';
import { type Reference, formatReference, parseReference } from '../content/reference.ts';
import { enoughBytes, minimumRateOf } from '../registry/RateGuard.ts';
import { RegistrySession } from '../registry/RegistrySession.ts';
import { SourceSession } from '../sources/SourceSession.ts';
import { isDiskFull } from '../store/storageError.ts';
import { type StoreContext, arrived, emitImage } from '../store/storeContext.ts';

type PullOptions = NonNullable<Parameters<Images['pull']>[1]>;

/**
 * Pulls an image from its registry, unpacks it and names it.
 * @throws PCH_REFERENCE_INVALID, PCH_IMAGE_NOT_FOUND, PCH_PLATFORM_NOT_FOUND, PCH_REGISTRY_*, PCH_DIGEST_MISMATCH,
 * PCH_DISK_FULL
 */
export async function pullImage(store: StoreContext, ref: string, options: PullOptions = {}): Promise<Image> {
  const reference = parseReference(ref, store.config.defaultRegistry);
  const platform = options.platform ? parsePlatform(options.platform) : hostPlatform();
  const name = formatReference(reference);
  const onProgress = throttled(options.onProgress);
  await withLease(store, name, (lease) =>
    download(store, { reference, platform, lease, onProgress, options }),
  );
  emitImage(store, 'pull', name);
  return findImage(await store.index.read(), name, formatPlatform(platform)).image;
}

/** Runs the pull under a lease that stays after a failure, so that the next pull resumes. */
async function withLease(
  store: StoreContext,
  name: string,
  work: (lease: string) => Promise<void>,
): Promise<void> {
  const lease = await store.leases.begin(name);
  try {
    await work(lease);
  } catch (error) {
    await store.leases.failed(lease, name, { drop: isDiskFull(error) });
    throw error;
  }
  await store.leases.release(lease, name);
}

interface Pull {
  reference: Reference;
  platform: Platform;
  lease: string;
  onProgress: OnProgress;
  options: PullOptions;
}

async function download(store: StoreContext, { options, ...pull }: Pull): Promise<void> {
  const { client, shared, leases, config } = store;
  const { reference } = pull;
  const session = sessionOf(store, pull, options);
  const target = await pullContent({
    ...pull,
    client,
    shared,
    leases,
    session,
    retries: config.retries,
    enoughBytes: enoughBytes(minimumRateOf(config)),
    maxParallel: config.maxParallelDownloads,
    signal: options.signal ?? new AbortController().signal,
  }).catch((error: unknown) => {
    throw session.explained(error);
  });
  const name = formatReference(reference);
  await arrived(store, { source: 'pull', references: [name], target, platform: pull.platform });
  await nameImage(store, name, target);
}

function sessionOf(
  { transport, config, sources, log }: StoreContext,
  { reference, onProgress }: Omit<Pull, 'options'>,
  { auth }: PullOptions,
): SourceSession {
  const image = formatReference(reference);
  return new SourceSession({
    ...sources(image),
    reference,
    registry: new RegistrySession({ transport, config, reference, auth, log }),
    minimum: minimumRateOf(config),
    note: (text) => {
      log.info('pull', { image, note: text });
      onProgress({ id: '', status: text });
    },
  });
}
