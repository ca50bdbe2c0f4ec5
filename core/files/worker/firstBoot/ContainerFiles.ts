/**
 * Files of a container's root that never ran, by ids of the container. Its image is not trusted: paths are resolved
 * inside. Text is Latin 1 throughout, which keeps bytes.
 */
import {
  constants,
  fchmodSync,
  fchownSync,
  fstatSync,
  lchownSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { basename, dirname } from 'node:path';
import type { OciIdMapping } from '../../../../hooks/oci.ts';
import { hostId } from '../../../userns/ids.ts';
import { handlePath, openInside, using } from '../openInside.ts';
import { readBytes } from '../regularFile.ts';
import { replace } from '../writeInside.ts';

/** Bytes of a file that is read: account files, keys, files of /etc/skel. */
const maxBytes = 4 * 1024 * 1024;

export interface Ids {
  uid: number;
  gid: number;
}

export class ContainerFiles {
  readonly #root: number;
  readonly #uids: readonly OciIdMapping[];
  readonly #gids: readonly OciIdMapping[];

  constructor(root: number, uids: readonly OciIdMapping[], gids: readonly OciIdMapping[]) {
    this.#root = root;
    this.#uids = uids;
    this.#gids = gids;
  }

  /** Undefined if it does not exist. @throws Error for anything but a regular file */
  read(path: string): string | undefined {
    return this.#open(path, (handle) => {
      const found = readBytes(handle, path, maxBytes);
      if ('refused' in found) throw new Error(found.refused);
      return found.bytes.toString('latin1');
    });
  }

  exists(path: string): boolean {
    return this.#open(path, () => true) ?? false;
  }

  /** Names of a directory; none if it does not exist. */
  list(path: string): string[] {
    return this.#open(path, (handle) => readdirSync(handlePath(handle))) ?? [];
  }

  /** Replaces a file. Without `ids` and `mode` it keeps those it has. */
  write(path: string, content: string, wanted: { ids: Ids; mode: number; keeps?: boolean }): void {
    this.makeDirectory(dirname(path), { ids: { uid: 0, gid: 0 }, mode: 0o755 });
    const found = wanted.keeps ? this.#open(path, (handle) => fstatSync(handle)) : undefined;
    const owner = found ?? this.#onHost(wanted.ids);
    const mode = (found?.mode ?? wanted.mode) & 0o7777;
    using(openInside(this.#root, dirname(path)), (directory) =>
      replace(directory, basename(path), content, { uid: owner.uid, gid: owner.gid, mode }),
    );
  }

  /** Creates a directory, and its parents as root's; one that exists stays as it is. Returns whether it is new. */
  makeDirectory(path: string, { ids, mode }: { ids: Ids; mode: number }): boolean {
    if (path === '/' || this.exists(path)) return false;
    this.makeDirectory(dirname(path), { ids: { uid: 0, gid: 0 }, mode: 0o755 });
    const { uid, gid } = this.#onHost(ids);
    using(openInside(this.#root, dirname(path)), (parent) => {
      const made = `${handlePath(parent)}/${basename(path)}`;
      mkdirSync(made, { mode: 0o700 });
      using(openSync(made, constants.O_DIRECTORY | constants.O_NOFOLLOW), (handle) => {
        fchownSync(handle, uid, gid);
        fchmodSync(handle, mode);
      });
    });
    return true;
  }

  /** Replaces what is at the path. */
  link(path: string, target: string): void {
    const { uid, gid } = this.#onHost({ uid: 0, gid: 0 });
    using(openInside(this.#root, dirname(path)), (directory) => {
      const [place, beside] = [basename(path), `.${basename(path)}.pouch`].map(
        (name) => `${handlePath(directory)}/${name}`,
      ) as [string, string];
      rmSync(beside, { force: true });
      symlinkSync(target, beside);
      lchownSync(beside, uid, gid);
      renameSync(beside, place);
    });
  }

  #open<T>(path: string, run: (handle: number) => T): T | undefined {
    let handle: number;
    try {
      handle = openInside(this.#root, path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
    return using(handle, run);
  }

  #onHost({ uid, gid }: Ids): Ids {
    const [hostUid, hostGid] = [hostId(uid, this.#uids), hostId(gid, this.#gids)];
    if (hostUid !== undefined && hostGid !== undefined) return { uid: hostUid, gid: hostGid };
    throw new Error(`the ids ${uid}:${gid} are not among those of the container`);
  }
}
