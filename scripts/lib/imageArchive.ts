import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import tar from 'tar-stream';

/** A file in a layer. */
export interface LayerFile {
  /** Without a leading slash. */
  path: string;
  mode?: number;
  /** A regular file with this content; a symlink to `link`; a directory without either. */
  content?: string | Buffer;
  link?: string;
}

export interface ArchiveImage {
  /** Full reference of the loaded image. */
  reference: string;
  layers: Buffer[];
  /** The `config` part of the image's configuration. */
  config?: Record<string, unknown>;
  architecture?: string;
  /** Default: true. */
  compress?: boolean;
}

/** A fixed date, so that the same input gives the same digests. */
const epoch = new Date(0);

/** Returns an uncompressed layer. */
export async function layerTar(files: readonly LayerFile[]): Promise<Buffer> {
  const pack = tar.pack();
  for (const { path, mode, content, link } of files) {
    const common = { name: path, mtime: epoch, uid: 0, gid: 0 };
    if (link !== undefined) pack.entry({ ...common, type: 'symlink', linkname: link });
    else if (content === undefined) pack.entry({ ...common, type: 'directory', mode: mode ?? 0o755 });
    else pack.entry({ ...common, mode: mode ?? 0o644 }, content);
  }
  pack.finalize();
  return buffer(pack);
}

/** Writes an OCI layout as a tar archive, for `pouch load` and `skopeo copy oci-archive:`. Returns the image's id. */
export async function writeImageArchive(file: string, image: ArchiveImage): Promise<string> {
  const blobs = new Map<string, Buffer>();
  const add = (mediaType: string, bytes: Buffer) => {
    const digest = digestOf(bytes);
    blobs.set(digest, bytes);
    return { mediaType, digest, size: bytes.length };
  };
  const layerType = 'application/vnd.oci.image.layer.v1.tar';
  const layers = image.layers.map((layer) =>
    image.compress === false
      ? add(layerType, layer)
      : add(`${layerType}+gzip`, gzipSync(layer, { level: 1 })),
  );
  const config = add('application/vnd.oci.image.config.v1+json', json(configOf(image)));
  const mediaType = 'application/vnd.oci.image.manifest.v1+json';
  const manifest = add(mediaType, json({ schemaVersion: 2, mediaType, config, layers }));
  const annotations = {
    'io.containerd.image.name': image.reference,
    'org.opencontainers.image.ref.name': image.reference.slice(image.reference.lastIndexOf(':') + 1),
  };
  await writeFile(
    file,
    await layoutTar(blobs, { schemaVersion: 2, manifests: [{ ...manifest, annotations }] }),
  );
  return config.digest;
}

function configOf({ layers, config = {}, architecture = hostArchitecture() }: ArchiveImage): object {
  return {
    created: epoch.toISOString(),
    architecture,
    os: 'linux',
    config,
    rootfs: { type: 'layers', diff_ids: layers.map(digestOf) },
    history: layers.map((_, i) => ({ created: epoch.toISOString(), created_by: `layer ${i}` })),
  };
}

async function layoutTar(blobs: ReadonlyMap<string, Buffer>, index: object): Promise<Buffer> {
  const files = [...blobs].map(([digest, content]) => ({
    path: `blobs/${digest.replace(':', '/')}`,
    content,
  }));
  return layerTar([
    { path: 'oci-layout', content: json({ imageLayoutVersion: '1.0.0' }) },
    ...files,
    { path: 'index.json', content: json(index) },
  ]);
}

function digestOf(bytes: Buffer): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

function json(value: object): Buffer {
  return Buffer.from(JSON.stringify(value));
}

function hostArchitecture(): string {
  return { x64: 'amd64', ia32: '386' }[process.arch as string] ?? process.arch;
}
