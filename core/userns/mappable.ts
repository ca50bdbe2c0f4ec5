/** Which files can be mounted with the ids of a container (mount_setattr(2), kernel doc filesystems/idmappings). */
import { release } from 'node:os';
import { basename, dirname, join } from 'node:path';
import coerce from 'semver/functions/coerce.js';
import gte from 'semver/functions/gte.js';
import type { FileFacts } from '../../hooks/files.ts';
import { mountOf, mountsOf } from '../host/mountinfo.ts';

/** The first Linux that maps ids on mounts of a file system (mount_setattr(2), "ID-mapped mounts"). */
const mappedSince: Readonly<Record<string, string>> = {
  ext4: '5.12.0',
  vfat: '5.12.0',
  xfs: '5.12.0',
  btrfs: '5.15.0',
  ntfs3: '5.15.0',
  f2fs: '5.18.0',
  erofs: '5.19.0',
  squashfs: '6.2.0',
  tmpfs: '6.3.0',
  ceph: '6.7.0',
};

export interface MappableFacts {
  look(path: string, what: string): Promise<FileFacts | undefined>;
  mountinfo(): string;
  /** The kernel's release, as uname(2) has it. */
  kernel?: string;
}

/** Returns why the file system of a directory cannot be mounted with other ids; undefined if it can. */
export function unmappableDirectory(directory: string, { mountinfo, kernel }: Omit<MappableFacts, 'look'>) {
  const type = mountOf(directory, mountinfo())?.type;
  return type === undefined || isMapped(type, kernel) ? undefined : `${directory} is on ${type}`;
}

/**
 * Returns why a path and the mounts below it cannot be mounted with other ids, such as "/srv is on nfs4"; undefined
 * if they can. A path may still be missing.
 * @throws PCH_FILE_TIMEOUT
 */
export async function unmappable(path: string, facts: MappableFacts): Promise<string | undefined> {
  const real = await realPath(path, facts);
  const found = mountsOf(real, facts.mountinfo()).find(({ type }) => !isMapped(type, facts.kernel));
  return found && `${found.point.startsWith(`${real}/`) ? found.point : path} is on ${found.type}`;
}

async function realPath(path: string, facts: MappableFacts): Promise<string> {
  const found = await facts.look(path, `the path ${path}`);
  if (found || path === '/') return found?.path ?? path;
  return join(await realPath(dirname(path), facts), basename(path));
}

function isMapped(type: string, kernel = release()): boolean {
  const since = mappedSince[type];
  const version = coerce(kernel);
  return since !== undefined && version !== null && gte(version, since);
}
