import { randomUUID } from 'node:crypto';
import type { Image } from '../../../hooks/image.ts';
import { hasCode, PouchError } from '../../../hooks/errors.ts';
import type { ContainerdClient } from '../../containerd/ContainerdClient.ts';
import { ifFound } from '../../containerd/rpc/gone.ts';
import { layerDirectories } from '../../containerd/api/layerDirectories.ts';
import type { Mount } from '../../containerd/api/SnapshotsClient.ts';
import type { FileWorkers, LayerFile, LayerLookup } from '../../files/index.ts';
import { ImageFiles } from './ImageFiles.ts';
import { KnownFiles } from './KnownFiles.ts';

type ReadImage = Pick<Image, 'id' | 'references' | 'chainId'>;

/** Number of images whose layers are cached. */
const maxKept = 256;

/** Reads layers in another process, so that the daemon does not hang. */
export type LayerReader = Pick<FileWorkers, 'readLayers'>;

interface Known {
  files: KnownFiles;
  /** The layers' directories, top first. Unset until the first lookup, which creates a snapshot to find them. */
  directories?: Promise<readonly string[]>;
}

/** Readers of images' files. They share the known files of each image. */
export class ImageReaders {
  readonly #client: ContainerdClient;
  readonly #layers: LayerReader;
  readonly #known = new Map<string, Known>();

  constructor(client: ContainerdClient, layers: LayerReader) {
    this.#client = client;
    this.#layers = layers;
  }

  open(image: ReadImage): ImageFiles {
    const known = this.#knownOf(image.chainId);
    return new ImageFiles((lookups) => this.#read(image, known, lookups), known.files);
  }

  #knownOf(chainId: string): Known {
    const known = this.#known.get(chainId) ?? { files: new KnownFiles() };
    if (!this.#known.has(chainId) && this.#known.size >= maxKept)
      this.#known.delete(this.#known.keys().next().value ?? '');
    this.#known.set(chainId, known);
    return known;
  }

  async #read(
    image: ReadImage,
    known: Known,
    lookups: readonly LayerLookup[],
  ): Promise<readonly (LayerFile | null)[]> {
    const { chainId, id, references } = image;
    if (chainId === '') return [];
    const name = references[0] ?? id;
    const readIn = async (located: Promise<readonly string[]>) => {
      const directories = await located.catch((error: unknown) => {
        throw hasCode(error, 'PCH_DEADLINE') ? notLocated(name, error) : error;
      });
      return await this.#layers.readLayers(directories, lookups, `the layers of the image ${name}`);
    };
    const earlier = known.directories;
    let read = await readIn(earlier ?? this.#locate(known, chainId));
    // The snapshot was removed and unpacked again in another directory.
    if ('missing' in read && earlier) read = await readIn(this.#locate(known, chainId));
    if ('missing' in read) throw lostLayer(name, read.missing);
    return read.files;
  }

  #locate(known: Known, chainId: string): Promise<readonly string[]> {
    const directories = this.#findDirectories(chainId);
    known.directories = directories;
    directories.catch(() => {
      if (known.directories === directories) delete known.directories;
    });
    return directories;
  }

  /**
   * Finds the layers of an image with a temporary view, which containerd collects after a crash.
   * @throws PCH_NOT_SUPPORTED for snapshotters whose layers are not directories
   */
  async #findDirectories(chainId: string): Promise<string[]> {
    const key = `pouch-read-${randomUUID()}`;
    const mounts = await this.#client.snapshots.view(key, chainId);
    await ifFound(this.#client.snapshots.remove(key));
    const directories = layerDirectories(mounts);
    if (!directories) throw unreadable(mounts);
    return directories;
  }
}

/** containerd looks at the top layer, without a deadline of its own, while it holds the lock of its snapshots. */
function notLocated(image: string, cause: PouchError): PouchError {
  return new PouchError(
    'PCH_FILE_TIMEOUT',
    `the layers of the image ${image} do not respond: containerd waits for them`,
    { hint: 'check the file system of containerd’s root and of its snapshots', cause },
  );
}

function lostLayer(image: string, directory: string): PouchError {
  return new PouchError(
    'PCH_IMAGE_DAMAGED',
    `the image ${image} is damaged: expected a layer in ${directory}, found nothing`,
    { hint: `remove the image (pouch rmi ${image}), then pull or load it again` },
  );
}

function unreadable(mounts: readonly Mount[]): PouchError {
  return new PouchError(
    'PCH_NOT_SUPPORTED',
    `cannot read files of a snapshot of type ${mounts[0]?.type ?? '(none)'}`,
    { hint: 'use the snapshotter overlayfs or native' },
  );
}
