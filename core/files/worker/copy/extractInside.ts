/**
 * Extracts an untrusted tar archive into a container, which may change its files meanwhile. Each directory is resolved
 * inside the root, and each name in it is used by calls that follow no link.
 */
import {
  accessSync,
  chmodSync,
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  fstatSync,
  futimesSync,
  lchownSync,
  linkSync,
  lstatSync,
  lutimesSync,
  mkdirSync,
  openSync,
  readFileSync,
  type Stats,
  symlinkSync,
  unlinkSync,
  utimesSync,
  writeSync,
} from 'node:fs';
import { check, libcFunction } from '../../../host/libc.ts';
import { hostId, rootIds } from '../../../userns/ids.ts';
import type { FileOperations } from '../../protocol.ts';
import { ofOtherRoot } from '../capabilities.ts';
import { handlePath, openInside, using } from '../openInside.ts';
import { asContainerRoot } from './asContainerRoot.ts';
import { openDirectory, withView } from './containerView.ts';
import { DataInput } from './dataStream.ts';
import { bytesOf, childPath, isKernels, longestPath, namesOf, namingPath, refused, shown } from './paths.ts';
import { entriesOf, EntryContent } from './readTar.ts';
import { removeChild } from './removeChild.ts';
import type { TarEntry } from './tarHeader.ts';

const mkfifo = libcFunction('int mkfifo(void *path, uint mode)');
const fsetxattr = libcFunction(
  'int fsetxattr(int file, str name, const uint8_t *value, size_t size, int flags)',
);

type Args = FileOperations['extractInside']['args'];

interface Extraction extends Omit<Args, 'view'> {
  readonly root: number;
  /** Handle of the directory that the archive is extracted into. */
  readonly target: number;
  readonly content: EntryContent;
  /** Directories whose times are set at the end: what is added to them changes the times. */
  readonly times: Map<string, number>;
}

export function extractInside({ view, ...args }: Args): null {
  return withView(view, (root) =>
    asContainerRoot(rootIds(args), () =>
      using(openTarget(root, args.path), (target) => {
        checkWritable(root, target);
        extract({ root, target, ...args });
        return null;
      }),
    ),
  );
}

function openTarget(root: number, path: string): number {
  try {
    return openDirectory(root, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOTDIR')
      throw Object.assign(new Error('extraction point is not a directory'), { code: 'PCH_OPTION_INVALID' });
    throw namingPath(error, path);
  }
}

/** In the words of dockerd, on which scripts match. */
function checkWritable(root: number, target: number): void {
  if (isKernels(target))
    throw refused('expected a directory of the container, found one of a kernel file system such as /proc');
  try {
    accessSync(handlePath(target), constants.W_OK);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EROFS') throw error;
    const what = mountIdOf(root) === mountIdOf(target) ? 'container rootfs' : 'mounted volume';
    throw Object.assign(new Error(`${what} is marked read-only`), { code: 'PCH_READ_ONLY' });
  }
}

/** proc_pid_fdinfo(5). */
function mountIdOf(handle: number): string | undefined {
  return /^mnt_id:\t(\d+)$/m.exec(readFileSync(`/proc/self/fdinfo/${handle}`, 'utf8'))?.[1];
}

function extract(args: Omit<Extraction, 'content' | 'times'>): void {
  const input = new DataInput(args.body);
  const content = new EntryContent(input);
  const extraction: Extraction = { ...args, content, times: new Map() };
  const parents = new Parents(extraction);
  try {
    for (const entry of entriesOf(input, content)) addEntry(entry, parents, extraction);
  } finally {
    parents.close();
    // Also after a failure: what was extracted stays, as in Docker.
    for (const [path, time] of extraction.times) setDirectoryTime(path, time, extraction);
  }
}

function addEntry(entry: TarEntry, parents: Parents, extraction: Extraction): void {
  const names = namesWithin(entry.name, extraction);
  const name = names.pop();
  // The directory itself: its owner and mode are the container's.
  if (name === undefined) return;
  const parent = parents.open(names);
  const path = childPath(parent, name);
  const isKept = makeRoom(entry, { parent, name, path }, extraction);
  const owner = ownerOf(entry, extraction);
  if (entry.type === '5') {
    if (!isKept) mkdirSync(path, { mode: 0o700 });
    using(openInside(parent, bytesOf(name), { links: 'refused' }), (handle) =>
      setAttributes(handle, entry, owner),
    );
    extraction.times.set([...names, name].join('/'), entry.mtime);
  } else if (entry.type === '0') addFile(path, entry, owner, extraction);
  else if (entry.type === '1') addHardLink(path, entry, parents, extraction);
  else if (entry.type === '2') {
    symlinkSync(bytesOf(entry.linkname), path);
    lchownSync(path, owner.uid, owner.gid);
    lutimesSync(path, entry.mtime, entry.mtime);
  } else if (entry.type === '6') addFifo(path, { parent, name }, entry, owner);
  else throw unsupported(entry);
}

/** @throws Error with PCH_COPY_REFUSED for a path that leads out of the directory */
function namesWithin(name: string, { path }: Pick<Extraction, 'path'>): string[] {
  const { names, above } = namesOf(name);
  if (above > 0) throw refused(`"${shown(name)}" is outside of "${shown(path)}"`);
  if (name.length > longestPath)
    throw refused(`expected names of at most ${longestPath} bytes in the archive`);
  return names;
}

/** A device would be one of the host, and its cgroup does not guard a volume. */
function unsupported({ type, name }: TarEntry): Error {
  if (type === '3' || type === '4')
    return refused(`"${shown(name)}" is a device: expected files, directories and links`);
  return refused(`"${shown(name)}" has the type "${shown(type)}": expected files, directories and links`);
}

interface Place {
  parent: number;
  name: string;
  path: Buffer;
}

/** Removes what the entry replaces. Returns true for a directory that stays. */
function makeRoom(
  entry: TarEntry,
  { parent, name, path }: Place,
  { noOverwriteDirNonDir }: Extraction,
): boolean {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (!found) return false;
  const isDirectory = entry.type === '5';
  if (noOverwriteDirNonDir && found.isDirectory() !== isDirectory) throw mismatch(entry, isDirectory);
  if (found.isDirectory() && isDirectory) return true;
  removeChild(parent, name);
  return false;
}

function mismatch({ name }: TarEntry, isDirectory: boolean): Error {
  const [from, to] = isDirectory ? ['non-directory', 'directory'] : ['directory', 'non-directory'];
  return Object.assign(new Error(`cannot overwrite ${from} "${shown(name)}" with ${to}`), {
    code: 'PCH_CONFLICT',
  });
}

interface Owner {
  uid: number;
  gid: number;
}

/** Ids of the host. */
function ownerOf(entry: TarEntry, { owner, uidMappings, gidMappings }: Extraction): Owner {
  const { uid, gid } = owner ?? entry;
  const mapped = { uid: hostId(uid, uidMappings), gid: hostId(gid, gidMappings) };
  if (mapped.uid === undefined || mapped.gid === undefined)
    throw refused(`"${shown(entry.name)}" belongs to ${uid}:${gid}, which the container does not have`);
  return { uid: mapped.uid, gid: mapped.gid };
}

/** A file that is not complete is removed. */
function addFile(path: Buffer, entry: TarEntry, owner: Owner, extraction: Extraction): void {
  const { O_CREAT, O_EXCL, O_WRONLY, O_NOFOLLOW } = constants;
  using(openSync(path, O_CREAT | O_EXCL | O_WRONLY | O_NOFOLLOW, 0o600), (file) => {
    try {
      extraction.content.passTo((bytes) => {
        for (let done = 0; done < bytes.length;) done += writeSync(file, bytes, done);
      });
      fchownSync(file, owner.uid, owner.gid);
      setCapabilities(file, entry, extraction);
      fchmodSync(file, entry.mode);
      futimesSync(file, entry.mtime, entry.mtime);
    } catch (error) {
      removeIfSame(path, fstatSync(file));
      throw error;
    }
  });
}

function removeIfSame(path: Buffer, { ino, dev }: Stats): void {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found?.ino === ino && found.dev === dev) unlinkSync(path);
}

/** Other attributes are not restored, as in Docker. */
function setCapabilities(file: number, { xattrs }: TarEntry, { uidMappings }: Extraction): void {
  const name = 'security.capability';
  const value = xattrs[name];
  if (value === undefined) return;
  const given = bytesOf(value);
  const own = uidMappings.length === 0 ? given : ofOtherRoot(given, (id) => hostId(id, uidMappings));
  if (own) check(fsetxattr(file, name, own, own.length, 0), `setxattr ${name}`);
}

/** chown(2) takes the bits for other users' rights away. */
function setAttributes(handle: number, { mode }: TarEntry, { uid, gid }: Owner): void {
  // By its path: a handle with O_PATH takes neither.
  lchownOf(handle, uid, gid);
  chmodSync(handlePath(handle), mode);
}

function lchownOf(handle: number, uid: number, gid: number): void {
  using(openSync(`${handlePath(handle)}/.`, constants.O_RDONLY | constants.O_DIRECTORY), (open) =>
    fchownSync(open, uid, gid),
  );
}

/** The target is a name of the archive. */
function addHardLink(path: Buffer, entry: TarEntry, parents: Parents, extraction: Extraction): void {
  const names = namesWithin(entry.linkname, extraction);
  const name = names.pop();
  if (name === undefined) throw refused(`"${shown(entry.name)}" is a link to a directory`);
  const directory = parents.find(names);
  try {
    linkSync(childPath(directory, name), path);
  } finally {
    closeSync(directory);
  }
}

function addFifo(
  path: Buffer,
  { parent, name }: Omit<Place, 'path'>,
  { mode, mtime }: TarEntry,
  { uid, gid }: Owner,
): void {
  check(mkfifo(Buffer.concat([path, Buffer.alloc(1)]), 0o600), 'create a FIFO');
  lchownSync(path, uid, gid);
  using(openInside(parent, bytesOf(name), { links: 'kept' }), (handle) => {
    if (!fstatSync(handle).isFIFO()) return;
    chmodSync(handlePath(handle), mode);
    utimesSync(handlePath(handle), mtime, mtime);
  });
}

function setDirectoryTime(path: string, time: number, { root, path: target }: Extraction): void {
  try {
    using(openInside(root, bytesOf(`${target}/${path}`), { links: 'kept' }), (handle) => {
      if (fstatSync(handle).isDirectory()) utimesSync(handlePath(handle), time, time);
    });
  } catch {
    // The container has removed it.
  }
}

/** Directories of the archive: the last one stays open, as its files follow one another. */
class Parents {
  readonly #extraction: Extraction;
  #last: { path: string; handle: number } | undefined;

  constructor(extraction: Extraction) {
    this.#extraction = extraction;
  }

  /** Follows links within the container, and creates what does not exist. Valid up to the next call. */
  open(names: readonly string[]): number {
    const path = names.join('/');
    if (this.#last?.path === path) return this.#last.handle;
    this.close();
    const handle = this.openApart(names);
    this.#last = { path, handle };
    return handle;
  }

  /** The caller closes the handle. */
  openApart(names: readonly string[]): number {
    const { target } = this.#extraction;
    if (names.length === 0)
      return openSync(`${handlePath(target)}/.`, constants.O_RDONLY | constants.O_DIRECTORY);
    for (const count of names.keys()) this.#make(names.slice(0, count + 1));
    return this.find(names);
  }

  /** The same for a directory that exists. */
  find(names: readonly string[]): number {
    const { root, path } = this.#extraction;
    const handle = openDirectory(root, `${path}/${names.join('/')}`);
    if (!isKernels(handle)) return handle;
    closeSync(handle);
    throw refused(`"${shown(names.join('/'))}" is of a kernel file system such as /proc`);
  }

  #make(names: readonly string[]): void {
    const { root, path } = this.#extraction;
    const at = `${path}/${names.join('/')}`;
    try {
      return using(openDirectory(root, at), () => undefined);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw namingPath(error, names.join('/'));
    }
    const parent = this.openApart(names.slice(0, -1));
    try {
      const { uid, gid } = rootIds(this.#extraction);
      const made = childPath(parent, names.at(-1)!);
      mkdirSync(made, { mode: 0o755 });
      lchownSync(made, uid, gid);
    } finally {
      closeSync(parent);
    }
  }

  close(): void {
    if (this.#last) closeSync(this.#last.handle);
    this.#last = undefined;
  }
}
