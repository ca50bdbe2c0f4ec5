import { randomUUID } from 'node:crypto';
import type { Descriptor, Image } from '../../../hooks/image.ts';
import { findImage } from '../store/findImage.ts';
import { hostPlatform } from '../content/platform.ts';
import { type OnProgress, throttled } from '../pull/progress.ts';
import { nameImage } from '../store/record.ts';
import { normalizeReference } from '../content/reference.ts';
import { type StoreContext, arrived, emitImage } from '../store/storeContext.ts';
import { type LayerJob, installLayer, storeLayer } from '../store/storeLayer.ts';
import { mmdebstrap } from './mmdebstrap.ts';
import { type BootstrapOptions, checkOptions } from './options.ts';

const dayMs = 86_400_000;

/**
 * Builds an image of one layer from a distribution's packages with mmdebstrap. Two runs on one day with an unchanged
 * mirror give the same image.
 * @throws PCH_OPTION_INVALID, PCH_REFERENCE_INVALID, PCH_TOOL_MISSING, PCH_BOOTSTRAP_FAILED, PCH_DISK_FULL
 */
export async function bootstrapImage(
  store: StoreContext,
  options: BootstrapOptions,
  report?: OnProgress,
  signal: AbortSignal = new AbortController().signal,
): Promise<Image> {
  checkOptions(options);
  const name = normalizeReference(options.reference, store.config.defaultRegistry);
  const job = `bootstrap ${randomUUID()}`;
  const lease = await store.leases.begin(job);
  try {
    const onProgress = throttled(report);
    const target = await build(store, options, { lease, onProgress, signal, verb: 'bootstrap' });
    await arrived(store, { source: 'bootstrap', references: [name], target });
    await nameImage(store, name, target);
  } finally {
    await store.leases.release(lease, job);
  }
  emitImage(store, 'import', name);
  return findImage(await store.index.read(), name).image;
}

async function build(store: StoreContext, options: BootstrapOptions, job: LayerJob): Promise<Descriptor> {
  const { onProgress, signal } = job;
  const created = new Date(Math.floor(Date.now() / dayMs) * dayMs);
  const onLine = (line: string) => onProgress({ id: '', status: line });
  const { scratch: directory } = store;
  const run = { options, sourceDateEpoch: created.getTime() / 1000, onLine, signal, directory };
  const layer = await storeLayer(store, job, (write) => mmdebstrap(run, write));
  return (await installLayer(store, layer, configOf(options, created), job)).target;
}

function configOf({ suite, include }: BootstrapOptions, created: Date) {
  const packages = include.length > 0 ? ` --include=${include.join(',')}` : '';
  return {
    created: created.toISOString(),
    ...hostPlatform(),
    config: {
      Env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'],
      Cmd: ['/bin/bash'],
    },
    history: [
      { created: created.toISOString(), created_by: `mmdebstrap --variant=minbase${packages} ${suite}` },
    ],
  };
}
