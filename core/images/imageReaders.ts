import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { PouchError } from '../../hooks/errors.ts';
import type { ContainerdClient } from '../containerd/ContainerdClient.ts';
import { ifFound } from '../containerd/rpc/isError.ts';
import type { Mount } from '../containerd/api/SnapshotsClient.ts';
import { RootfsReader } from './rootfsReader.ts';

/** Images whose layers' places are kept. */
const maxKept = 256;

/** Readers of images' files. Where layers are is asked once per image: it takes a snapshot, and stays the same. */
export class ImageReaders {
  readonly #client: ContainerdClient;
  readonly #directories = new Map<string, readonly string[]>();

  constructor(client: ContainerdClient) {
    this.#client = client;
  }

  /** `chainId` is the image's; empty for an image without layers. */
  async open(chainId: string): Promise<RootfsReader> {
    if (chainId === '') return new RootfsReader([]);
    const known = this.#directories.get(chainId);
    // The snapshot may have been removed and unpacked anew, at another place.
    if (known?.every((directory) => existsSync(directory))) return new RootfsReader(known);
    const directories = await this.#ask(chainId);
    if (this.#directories.size >= maxKept)
      this.#directories.delete(this.#directories.keys().next().value ?? '');
    this.#directories.set(chainId, directories);
    return new RootfsReader(directories);
  }

  /** A view that nothing refers to would be collected anyway, so a crash here leaves nothing. */
  async #ask(chainId: string): Promise<string[]> {
    const key = `pouch-read-${randomUUID()}`;
    const mounts = await this.#client.snapshots.view(key, chainId);
    await ifFound(this.#client.snapshots.remove(key));
    return layerDirectories(mounts);
  }
}

/**
 * The directories of a snapshot's layers, top first: a bind mount has one, an overlay its `upperdir` and `lowerdir`s.
 * @throws PCH_NOT_SUPPORTED for snapshotters whose layers are not directories
 */
export function layerDirectories(mounts: readonly Mount[]): string[] {
  const [mount] = mounts;
  if (mount?.type === 'bind' && mounts.length === 1) return [mount.source];
  if (mount?.type !== 'overlay') {
    throw new PouchError(
      'PCH_NOT_SUPPORTED',
      `files cannot be read from a snapshot of type ${mount?.type ?? '(none)'}`,
      {
        hint: 'Use the snapshotter overlayfs or native.',
      },
    );
  }
  return [...option(mount, 'upperdir'), ...option(mount, 'lowerdir')];
}

/** overlayfs separates by colons and escapes with backslashes. */
function option({ options }: Mount, name: string): string[] {
  const value = options.find((one) => one.startsWith(`${name}=`))?.slice(name.length + 1);
  const found = value?.match(/(?:\\.|[^\\:])+/g) ?? [];
  return found.map((path) => path.replace(/\\(.)/g, '$1'));
}
