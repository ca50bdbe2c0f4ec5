import { randomUUID } from 'node:crypto';
import type { Readable } from 'node:stream';
import type { ImportOptions, ImportedImage } from '../../../hooks/engine/images.ts';
import { decompressed } from '../archive/decompress.ts';
import { hostPlatform, parsePlatform } from '../content/platform.ts';
import { normalizeReference } from '../content/reference.ts';
import { type OnProgress, throttled } from '../pull/progress.ts';
import { findImage } from '../store/findImage.ts';
import { keepUnnamed, nameImage } from '../store/record.ts';
import { type LayerImage, type LayerJob, installLayer, storeLayer } from '../store/storeLayer.ts';
import { type StoreContext, arrived, emitImage } from '../store/storeContext.ts';
import { filterTar } from './filterTar.ts';
import { importFailed } from './importError.ts';
import { ImportReport } from './ImportReport.ts';

/**
 * Makes an image of one layer from the tar of a root file system, also compressed with gzip, xz or zstd.
 * @throws PCH_IMPORT_INVALID, PCH_IMPORT_TOO_LARGE, PCH_REFERENCE_INVALID, PCH_OPTION_INVALID, PCH_TOOL_MISSING,
 *   PCH_DISK_FULL
 */
export async function importImage(
  store: StoreContext,
  tar: Readable,
  { reference, platform, ...rest }: ImportOptions,
  report?: OnProgress,
  signal: AbortSignal = new AbortController().signal,
): Promise<ImportedImage> {
  const names = reference === undefined ? [] : [normalizeReference(reference, store.config.defaultRegistry)];
  const named = { ...rest, platform: platform === undefined ? hostPlatform() : parsePlatform(platform) };
  const job = `import ${randomUUID()}`;
  const lease = await store.leases.begin(job);
  const found = new ImportReport();
  try {
    const work = { lease, onProgress: throttled(report), signal, verb: 'import' };
    const { target, id } = await build(store, tar, named, work, found);
    await arrived(store, { source: 'import', references: names, target });
    signal.throwIfAborted();
    for (const name of names) await nameImage(store, name, target);
    if (names.length === 0) await keepUnnamed(store, target);
    emitImage(store, 'import', names[0] ?? id);
    const image = findImage(await store.index.read(), names[0] ?? id).image;
    await store.leases.release(lease, job);
    return { image, notes: found.lines() };
  } catch (error) {
    // An import cannot be resumed, so a failed one keeps no content.
    await store.leases.failed(lease, job, { drop: true });
    throw error;
  }
}

async function build(
  store: StoreContext,
  tar: Readable,
  options: Omit<ImportOptions, 'platform' | 'reference'> & { platform: object },
  job: LayerJob,
  found: ImportReport,
): Promise<LayerImage> {
  try {
    const layer = await storeLayer(store, job, async (write) =>
      write(filterTar(await decompressed(tar), found)),
    );
    return await installLayer(store, layer, configOf(options), job);
  } catch (error) {
    job.signal.throwIfAborted();
    throw importFailed(error);
  }
}

function configOf({
  config = {},
  comment = 'Imported from a root file system',
  platform,
}: {
  config?: ImportOptions['config'];
  comment?: string;
  platform: object;
}) {
  const created = new Date().toISOString();
  return {
    created,
    ...(platform as { os: string; architecture: string }),
    config,
    history: [{ created, comment }],
  };
}
