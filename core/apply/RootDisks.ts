/**
 * Disks of limited size for root file systems: a file with ext4 in the container's directory, which is mounted on the
 * directory of its snapshot while the snapshot is in use. containerd and overlayfs see the same paths as without.
 */
import { dirname, join } from 'node:path';
import { messageOf, PouchError } from '../../hooks/errors.ts';
import { type ContainerdClient, ifFound, type Mount } from '../containerd/index.ts';
import { layerDirectories } from '../containerd/api/layerDirectories.ts';
import { ownerOfRoot, rootNumber } from '../contract/rootKey.ts';
import type { FileWorkers } from '../files/index.ts';
import { cannotCopy } from './rootErrors.ts';

export interface RootDisksOptions {
  client: Pick<ContainerdClient, 'snapshots'>;
  files: FileWorkers;
  directoryOf(id: string): string;
}

/** Keys are those of root file systems: see rootKey.ts. */
export class RootDisks {
  readonly #options: RootDisksOptions;

  constructor(options: RootDisksOptions) {
    this.#options = options;
  }

  /** Makes the disk of a snapshot that has nothing yet; succeeds if it exists. @throws ENOSPC, PCH_DISK_FAILED */
  async make(key: string, bytes: number): Promise<void> {
    const snapshot = await this.#snapshotOf(key);
    await this.#options.files.makeDisk({ path: this.#pathOf(key), bytes, snapshot }).catch(failed);
  }

  /** Mounts of a root file system, whose disk is attached if it has one. @throws PCH_DISK_FAILED */
  async mounts(key: string): Promise<Mount[]> {
    await this.attach(key);
    return await this.#options.client.snapshots.mounts(key);
  }

  /** Returns false if it has no disk. */
  async attach(key: string): Promise<boolean> {
    if (!(await this.has(key))) return false;
    const snapshot = await this.#snapshotOf(key);
    return await this.#options.files.attachDisk({ path: this.#pathOf(key), snapshot }).catch(failed);
  }

  /** Grows a disk, also one that is attached; succeeds if it is as large. @throws PCH_NOT_SUPPORTED, PCH_DISK_FAILED */
  async grow(key: string, bytes: number): Promise<void> {
    const snapshot = await this.#snapshotOf(key);
    await this.#options.files
      .growDisk({ path: this.#pathOf(key), bytes, snapshot })
      .catch((error: unknown) => {
        throw (error as NodeJS.ErrnoException).code === 'EPERM' ? withoutRight(error) : error;
      })
      .catch(failed);
  }

  async has(key: string): Promise<boolean> {
    return (await this.usage(key)) !== undefined;
  }

  /** Succeeds if it is not attached, or the root file system does not exist. */
  async detach(key: string): Promise<void> {
    if (!(await this.has(key))) return;
    const snapshot = await ifFound(this.#snapshotOf(key));
    if (snapshot !== undefined) await this.#options.files.detachDisk({ snapshot });
  }

  /** Succeeds if it does not exist. The snapshot is removed after it. */
  async remove(key: string): Promise<void> {
    const snapshot = (await ifFound(this.#snapshotOf(key))) ?? null;
    await this.#options.files.removeDisk({ path: this.#pathOf(key), snapshot });
  }

  /** Bytes that a disk takes on the host; undefined without one. */
  async usage(key: string): Promise<number | undefined> {
    return await this.#options.files.diskUsage(this.#pathOf(key));
  }

  #pathOf(key: string): string {
    const directory = this.#options.directoryOf(ownerOfRoot(key) ?? key);
    return join(directory, 'disks', `${rootNumber(key)}.ext4`);
  }

  async #snapshotOf(key: string): Promise<string> {
    return dirname(layerOf(await this.#options.client.snapshots.mounts(key)));
  }
}

/** Directory of what a container has written. @throws PCH_NOT_SUPPORTED */
export function layerOf(mounts: readonly Mount[]): string {
  const [layer] = layerDirectories(mounts) ?? [];
  if (layer === undefined) throw cannotCopy(mounts[0]?.type ?? 'nothing');
  return layer;
}

/** Of the ioctl by which ext4 grows while it is mounted (fs/ext4/resize.c). */
function withoutRight(cause: unknown): PouchError {
  return new PouchError(
    'PCH_NOT_SUPPORTED',
    'the disk of a container that runs cannot grow: pouchd has no capability CAP_SYS_RESOURCE',
    { cause, field: 'diskQuota', hint: 'stop the container, and try again; or give pouchd the capability' },
  );
}

function failed(error: unknown): never {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ENOSPC' || error instanceof PouchError) throw error;
  throw new PouchError('PCH_DISK_FAILED', `expected a disk of limited size: ${messageOf(error)}`, {
    cause: error,
    hint: 'see the kernel log; a host has as many loop devices as its /dev and max_loop allow (losetup -a)',
  });
}
