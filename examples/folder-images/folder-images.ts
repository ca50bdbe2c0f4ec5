import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { definePlugin, Type } from 'pouch/hooks';

interface Index {
  manifests?: { digest: string; mediaType: string; annotations?: Record<string, string> }[];
}

/** Annotation of a manifest in index.json (OCI image-spec, image layout). */
const tagOf = 'org.opencontainers.image.ref.name';

/** Image source `folder`: images from OCI layouts in folders, on a mounted share for example. */
export default definePlugin({
  name: 'folder-images',
  doc: 'Image source folder: images from OCI layouts in folders.',
  contributes: ['imageSource'],
  options: Type.Object({
    root: Type.String({ pattern: '^/', description: 'Folder of the layouts: ROOT/team/app/index.json.' }),
    domain: Type.String({
      pattern: '^[a-z0-9.-]+\\.[a-z]+$',
      default: 'folder.local',
      description: 'First part of the references: folder.local/team/app:1.',
    }),
  }),
  setup({ imageSource, options: { root, domain } }) {
    // No part of a reference is `..`.
    const layoutOf = (repository: string) => join(root, repository.slice(domain.length + 1));
    const blobOf = (repository: string, digest: string) =>
      join(layoutOf(repository), 'blobs', digest.replace(':', '/'));
    imageSource({
      name: 'folder',
      doc: `OCI layouts below ${root}.`,
      references: [`${domain}/*`],
      async manifest({ repository, tag, digest }) {
        if (digest !== undefined) return bytesOf(blobOf(repository, digest));
        const index = await bytesOf(join(layoutOf(repository), 'index.json'));
        if (!index) return undefined;
        const { manifests = [] } = JSON.parse(index.bytes.toString()) as Index;
        const found = manifests.find(({ annotations }) => annotations?.[tagOf] === tag);
        const manifest = found && (await bytesOf(blobOf(repository, found.digest)));
        return manifest && { ...manifest, mediaType: found.mediaType };
      },
      async blob({ repository, digest, offset }) {
        const path = blobOf(repository, digest);
        if (!(await ifFound(stat(path)))) return undefined;
        return createReadStream(path, { start: offset, highWaterMark: 1024 * 1024 });
      },
    });
  },
});

async function bytesOf(path: string): Promise<{ bytes: Buffer } | undefined> {
  const bytes = await ifFound(readFile(path));
  return bytes && { bytes };
}

/** Another error, a share that is gone for example, is not the same as a file that does not exist. */
async function ifFound<T>(found: Promise<T>): Promise<T | undefined> {
  try {
    return await found;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
