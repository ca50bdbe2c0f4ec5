/** An image that BuildKit has exported: its blobs are in the content store of buildkitd. */
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import tar, { type Pack } from 'tar-stream';
import { type BuiltImage, type HostImage, PouchError } from '../../hooks/index.ts';
import type { ControlClient } from './ControlClient.ts';
import { loadRequest } from './loadRequest.ts';

interface Manifest {
  config: { digest: string };
  layers: { digest: string; size: number }[];
}

interface Index {
  manifests: { digest: string; platform?: { os: string; architecture: string }; annotations?: object }[];
}

interface Config {
  rootfs?: { diff_ids?: string[] };
}

export interface BuiltImageOptions {
  /** Of this host: their layers are not read. */
  images: readonly HostImage[];
  /** Of images that BuildKit has pulled: references with digests. */
  pulled?: Iterable<string>;
  /** The session with credentials for their registries. */
  session?: string;
}

/**
 * @param digest - of its manifest, or of an index, of which the variant for this host is taken
 * @throws PCH_BUILD_FAILED
 */
export async function builtImage(
  control: ControlClient,
  digest: string,
  { images, pulled = [], session }: BuiltImageOptions,
): Promise<BuiltImage> {
  const manifest = await manifestOf(control, digest);
  const id = manifest.config.digest;
  const { value, bytes: config } = await control.readJson(id);
  const diffIds = (value as Config).rootfs?.diff_ids ?? [];
  const known = new Set(images.flatMap((image) => image.diffIds));
  const wanted = manifest.layers.filter((_layer, index) => !known.has(diffIds[index] ?? ''));
  await loadPulled(control, wanted, pulled, session);
  return {
    id,
    diffIds,
    archive: async (read) => {
      const pack = tar.pack();
      const written = write(pack, { control, manifest, config, diffIds, known }).then(
        () => pack.finalize(),
        (error: Error) => pack.destroy(error),
      );
      await read(pack as AsyncIterable<Buffer>);
      await written;
    },
  };
}

async function manifestOf(control: ControlClient, digest: string): Promise<Manifest> {
  const { value } = await control.readJson(digest);
  if (!isIndex(value)) return value as Manifest;
  const architecture = process.arch === 'x64' ? 'amd64' : process.arch;
  // Attestations have a platform that is not known.
  const images = value.manifests.filter(({ platform }) => platform?.os !== 'unknown');
  const found = images.find(({ platform }) => platform?.architecture === architecture) ?? images[0];
  if (!found) throw new PouchError('PCH_BUILD_FAILED', `the index ${digest} of BuildKit has no image`);
  return (await control.readJson(found.digest)).value as Manifest;
}

/** What BuildKit has pulled is read when something runs on it: it may lack layers of which it has only the names. */
async function loadPulled(
  control: ControlClient,
  layers: Manifest['layers'],
  pulled: Iterable<string>,
  session: string | undefined,
): Promise<void> {
  const missing = new Set<string>();
  for (const { digest } of layers) if (!(await control.has(digest))) missing.add(digest);
  if (missing.size === 0) return;
  for (const reference of pulled) {
    const manifest = await manifestOf(control, reference.replace(/^.*@/, '')).catch(() => undefined);
    if (!manifest?.layers.some((layer) => missing.has(layer.digest))) continue;
    await control.solve(loadRequest(`docker-image://${reference}`, {}, session));
    for (const layer of manifest.layers) missing.delete(layer.digest);
  }
  const [first] = missing;
  if (first !== undefined)
    throw new PouchError('PCH_BUILD_FAILED', `BuildKit does not have the layer ${first}`);
}

function isIndex(value: unknown): value is Index {
  return Array.isArray((value as Partial<Index>).manifests);
}

interface Parts {
  control: ControlClient;
  manifest: Manifest;
  config: Buffer;
  diffIds: readonly string[];
  known: ReadonlySet<string>;
}

/** A Docker archive, in which layers are named after their content. */
async function write(pack: Pack, { control, manifest, config, diffIds, known }: Parts): Promise<void> {
  const hex = (digest: string) => digest.replace(/^sha256:/, '');
  const configName = `${hex(manifest.config.digest)}.json`;
  pack.entry({ name: configName }, config);
  for (const [index, diffId] of diffIds.entries()) {
    const layer = manifest.layers[index];
    if (!layer || known.has(diffId)) continue;
    await writeEntry(pack, `${hex(diffId)}.tar`, layer, control.read(layer.digest));
  }
  const layers = diffIds.map((diffId) => `${hex(diffId)}.tar`);
  pack.entry(
    { name: 'manifest.json' },
    JSON.stringify([{ Config: configName, RepoTags: null, Layers: layers }]),
  );
}

async function writeEntry(
  pack: Pack,
  name: string,
  { size }: { size: number },
  content: AsyncIterable<Uint8Array>,
): Promise<void> {
  const written = new Promise<void>((resolve, reject) => {
    const entry = pack.entry({ name, size }, (error) => (error ? reject(error) : resolve()));
    pipeline(Readable.from(content), entry).catch(reject);
  });
  await written;
}
