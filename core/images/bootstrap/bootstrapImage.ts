import { hasCode } from '../../../hooks/errors.ts';
import { createHash, randomUUID } from 'node:crypto';
import type { Readable } from 'node:stream';
import type { ContentWriter } from '../../containerd/api/ContentWriter.ts';
import { ifFound } from '../../containerd/rpc/gone.ts';
import type { Descriptor, Image } from '../../../hooks/image.ts';
import { installManifest } from '../archive/installManifest.ts';
import { findImage } from '../store/findImage.ts';
import type { Manifest } from '../content/manifest.ts';
import { mediaTypes } from '../content/mediaTypes.ts';
import { hostPlatform } from '../content/platform.ts';
import { type OnProgress, throttled } from '../pull/progress.ts';
import { nameImage } from '../store/record.ts';
import { normalizeReference } from '../content/reference.ts';
import { storageError } from '../store/storageError.ts';
import { storeBytes } from '../store/storeBytes.ts';
import { type StoreContext, arrived, emitImage } from '../store/storeContext.ts';
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
    const target = await build(store, options, { lease, onProgress: throttled(report), signal });
    await arrived(store, { source: 'bootstrap', references: [name], target });
    await nameImage(store, name, target);
  } finally {
    await store.leases.release(lease, job);
  }
  emitImage(store, 'import', name);
  return findImage(await store.index.read(), name).image;
}

interface Build {
  lease: string;
  onProgress: OnProgress;
  signal: AbortSignal;
}

async function build(store: StoreContext, options: BootstrapOptions, context: Build): Promise<Descriptor> {
  const { lease, onProgress, signal } = context;
  const created = new Date(Math.floor(Date.now() / dayMs) * dayMs);
  const onLine = (line: string) => onProgress({ id: '', status: line });
  const { scratch: directory } = store;
  const run = { options, sourceDateEpoch: created.getTime() / 1000, onLine, signal, directory };
  const layer = await writeLayer(store, run, context);
  const labels = {};
  const configBytes = Buffer.from(JSON.stringify(configOf(options, layer.digest, created)));
  const config = await storeBytes(store.client, configBytes, mediaTypes.ociConfig, { labels, lease, signal });
  const mediaType = mediaTypes.ociManifest;
  const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType, config, layers: [layer] }));
  const manifest: Manifest = { kind: 'manifest', config, layers: [layer] };
  return installManifest(store, bytes, { descriptor: { mediaType }, manifest }, { lease, onProgress });
}

/** Writes the tar to the content store while mmdebstrap runs, and commits it only if mmdebstrap succeeds. */
async function writeLayer(
  { client }: StoreContext,
  run: Parameters<typeof mmdebstrap>[0],
  { lease, onProgress }: Build,
): Promise<Descriptor> {
  const ref = `pouch-bootstrap-${lease}`;
  const writer = await client.content.openWriter({ ref }, { lease });
  try {
    const digest = await mmdebstrap(run, (tar) => copy(tar, writer, onProgress));
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

async function copy(tar: Readable, writer: ContentWriter, onProgress: OnProgress): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of tar as AsyncIterable<Buffer>) {
    hash.update(chunk);
    await writer.write(chunk);
    onProgress({ id: 'layer', status: 'Storing', current: writer.offset });
  }
  return `sha256:${hash.digest('hex')}`;
}

function configOf({ suite, include }: BootstrapOptions, diffId: string, created: Date): object {
  const packages = include.length > 0 ? ` --include=${include.join(',')}` : '';
  return {
    created: created.toISOString(),
    ...hostPlatform(),
    config: {
      Env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'],
      Cmd: ['/bin/bash'],
    },
    rootfs: { type: 'layers', diff_ids: [diffId] },
    history: [
      { created: created.toISOString(), created_by: `mmdebstrap --variant=minbase${packages} ${suite}` },
    ],
  };
}
