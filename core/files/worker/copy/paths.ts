/** Paths within a container, as bytes (latin1), resolved by Docker's rules of `cp`. */
import { type BigIntStats, constants, fstatSync, statfsSync } from 'node:fs';
import { libcFunction } from '../../../host/libc.ts';
import type { PathStat } from '../../../../hooks/engine.ts';
import { handlePath, openInside, using } from '../openInside.ts';
import { kernelFileSystems } from '../regularFile.ts';

const readlinkat = libcFunction(
  'long readlinkat(int directory, str path, _Out_ uint8_t *target, size_t size)',
);

/** PATH_MAX. */
export const longestPath = 4096;
/** Links that Docker follows in one path. */
const mostLinks = 255;

/**
 * Further file systems of the kernel (linux/magic.h): devpts, mqueue, binfmt_misc, fusectl, nsfs, rpc_pipefs, autofs,
 * hugetlbfs.
 */
const more = new Set([0x1cd1, 0x19800202, 0x42494e4d, 0x65735543, 0x6e736673, 0x67596969, 0x187, 0x958458f6]);

/** Whether a handle's file system is one of the kernel: a container may mount a /proc of its own. */
export function isKernels(handle: number): boolean {
  const { type } = statfsSync(handlePath(handle));
  return kernelFileSystems.has(type) || more.has(type);
}

/** A path in a form that `openInside` takes. */
export function bytesOf(path: string): Buffer {
  return Buffer.from(path, 'latin1');
}

/** Path of a name in the directory of a handle, for calls that do not follow a link there. */
export function childPath(directory: number, name: string): Buffer {
  return bytesOf(`${handlePath(directory)}/${name}`);
}

/** Splits a path into its names. `..` removes the name before it; more of them are counted in `above`. */
export function namesOf(path: string): { names: string[]; above: number } {
  const names: string[] = [];
  let above = 0;
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') names.push(part);
    else if (names.pop() === undefined) above += 1;
  }
  return { names, above };
}

/** A path whose last part is a link is that link, unless `/` or `/.` follows. */
export interface FoundPath {
  /** Handle of the file. */
  handle: number;
  /** The last part of the path as it was given: the name of the archive's first entry. */
  name: string;
  /** Without `.` and `..`. */
  path: string;
}

/** Calls `run` with what a path leads to. @throws Error with PCH_FILE_NOT_FOUND, or PCH_OPTION_INVALID */
export function withPath<T>(root: number, asked: string, run: (found: FoundPath) => T): T {
  const { names } = namesOf(asked);
  const path = `/${names.join('/')}`;
  const isCurrent = /(^|\/)\.$/.test(asked);
  const isFollowed = isCurrent || asked.endsWith('/');
  const name = isCurrent ? '.' : (names.at(-1) ?? '/');
  return using(openAt(root, path, isFollowed, asked), (handle) => {
    if (!isKernels(handle)) return run({ handle, name, path });
    throw refused(
      `${shown(asked)}: expected a file of the container, found one of a kernel file system such as /proc`,
    );
  });
}

function openAt(root: number, path: string, isFollowed: boolean, asked: string): number {
  try {
    if (isFollowed) return openInside(root, bytesOf(`${path}/.`));
    return openInside(root, bytesOf(path), { links: 'kept' });
  } catch (error) {
    throw namingPath(error, asked);
  }
}

/** Gives errors about a path their codes. */
export function namingPath(error: unknown, asked: string): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT') return coded('PCH_FILE_NOT_FOUND', `Could not find the file ${shown(asked)}`);
  if (code === 'ENOTDIR') return coded('PCH_OPTION_INVALID', `${shown(asked)}: not a directory`);
  if (code === 'ELOOP')
    return coded(
      'PCH_OPTION_INVALID',
      `${shown(asked)}: its links are circular or lead out of the container`,
    );
  if (code === 'ENAMETOOLONG')
    return coded('PCH_OPTION_INVALID', `expected a path of at most ${longestPath} bytes`);
  return error;
}

/** A refusal for the safety of the host or the container. */
export function refused(message: string): Error {
  return coded('PCH_COPY_REFUSED', message);
}

function coded(code: string, message: string): Error {
  return Object.assign(new Error(message), { code });
}

/** For messages: bytes as UTF-8. */
export function shown(path: string): string {
  return bytesOf(path).toString('utf8').slice(0, 300);
}

export function statOf(root: number, { handle, name, path }: FoundPath): PathStat {
  const found = fstatSync(handle, { bigint: true });
  return {
    name: shown(name),
    size: Number(found.size),
    mode: goMode(found),
    mtime: timeText(found.mtimeNs),
    linkTarget: found.isSymbolicLink() ? shown(linkTarget(root, path)) : '',
  };
}

/** The mode of Go's os.FileMode: permission bits, and flags from bit 31 down. */
export function goMode(found: Pick<BigIntStats, 'mode'>): number {
  const mode = Number(found.mode);
  const kinds: Record<number, number> = {
    [constants.S_IFDIR]: 2 ** 31,
    [constants.S_IFLNK]: 2 ** 27,
    [constants.S_IFBLK]: 2 ** 26,
    [constants.S_IFCHR]: 2 ** 26 + 2 ** 21,
    [constants.S_IFIFO]: 2 ** 25,
    [constants.S_IFSOCK]: 2 ** 24,
  };
  const flags = [
    [0o4000, 2 ** 23],
    [0o2000, 2 ** 22],
    [0o1000, 2 ** 20],
  ] as const;
  const special = flags.reduce((sum, [bit, flag]) => (mode & bit ? sum + flag : sum), 0);
  return (mode & 0o777) + special + (kinds[mode & constants.S_IFMT] ?? 0);
}

/** RFC 3339 with nanoseconds, without the zeros at its end. */
export function timeText(nanoseconds: bigint): string {
  const billion = 1_000_000_000n;
  const fraction = ((nanoseconds % billion) + billion) % billion;
  const seconds = (nanoseconds - fraction) / billion;
  const text = new Date(Number(seconds) * 1000).toISOString().slice(0, 19);
  const digits = fraction.toString().padStart(9, '0').replace(/0+$/, '');
  return `${text}${digits === '' ? '' : `.${digits}`}Z`;
}

/** Where a link leads within the container: also if that does not exist. */
function linkTarget(root: number, path: string): string {
  const done: string[] = [];
  const pending = path.split('/');
  for (let links = 0; pending.length > 0 && links < mostLinks;) {
    const name = pending.shift()!;
    if (name === '' || name === '.') continue;
    if (name === '..') {
      done.pop();
      continue;
    }
    const target = readLink(root, `/${[...done, name].join('/')}`);
    if (target === undefined) done.push(name);
    else {
      links += 1;
      if (target.startsWith('/')) done.length = 0;
      pending.unshift(...target.split('/'));
    }
  }
  return `/${done.join('/')}`;
}

/** Undefined for what is not a link, or does not exist. */
function readLink(root: number, path: string): string | undefined {
  let handle: number;
  try {
    handle = openInside(root, bytesOf(path), { links: 'kept' });
  } catch {
    return undefined;
  }
  return using(handle, targetOf);
}

/** The target of the link of a handle; undefined for other files. */
export function targetOf(handle: number): string | undefined {
  const target = Buffer.alloc(longestPath);
  const length = Number(readlinkat(handle, '', target, target.length));
  return length < 0 ? undefined : target.toString('latin1', 0, length);
}
