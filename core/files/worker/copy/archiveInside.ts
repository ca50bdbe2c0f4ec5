/** Writes files of a container as a tar archive. The container may change them meanwhile. */
import { constants, fstatSync, readdirSync, type Stats } from 'node:fs';
import { deviceNumbers } from '../../../../hooks/deviceNumbers.ts';
import type { PathStat } from '../../../../hooks/engine.ts';
import type { OciIdMapping } from '../../../../hooks/oci.ts';
import { libcFunction } from '../../../host/libc.ts';
import { containerId } from '../../../userns/ids.ts';
import type { FileOperations } from '../../protocol.ts';
import { ofOtherRoot } from '../capabilities.ts';
import { handlePath, openInside, using } from '../openInside.ts';
import { reopen } from '../regularFile.ts';
import { withView } from './containerView.ts';
import { announce, DataOutput } from './dataStream.ts';
import { bytesOf, isKernels, longestPath, refused, statOf, targetOf, withPath } from './paths.ts';
import { blockBytes, encodeEntry, paddingOf, type TarEntry } from './tarHeader.ts';

const getxattr = libcFunction('long getxattr(str path, str name, _Out_ uint8_t *value, size_t size)');

type Args = FileOperations['archiveInside']['args'];

interface Walk extends Pick<Args, 'uidMappings' | 'gidMappings'> {
  readonly output: DataOutput;
  /** Names in the archive of files with several names, by device and inode. */
  readonly links: Map<string, string>;
}

export function statInside({ view, path }: FileOperations['statInside']['args']): PathStat {
  return withView(view, (root) => withPath(root, path, (found) => statOf(root, found)));
}

export function archiveInside({ view, path, isBare, isChunked, ...ids }: Args): null {
  const output = new DataOutput(isChunked);
  return withView(view, (root) =>
    withPath(root, path, (found) => {
      announce({ note: 'found', stat: statOf(root, found) });
      const walk: Walk = { output, links: new Map(), ...ids };
      if (isBare) addContent(found.handle, '', walk);
      else addFile(found.handle, found.name, walk);
      output.write(Buffer.alloc(2 * blockBytes));
      output.flush();
      return null;
    }),
  );
}

/** Adds a file, and what is below a directory. Sockets belong to processes and are left out, as in Docker. */
function addFile(handle: number, name: string, walk: Walk): void {
  const stats = fstatSync(handle);
  if (name.length > longestPath)
    throw refused(`expected paths of at most ${longestPath} bytes in the archive`);
  if (stats.isSocket()) return;
  const type = typeOf(stats);
  const header = headerOf(handle, stats, { name, type }, walk);
  const first = linkedName(stats, name, walk);
  if (first !== undefined) return walk.output.write(encodeEntry({ ...header, type: '1', linkname: first }));
  if (type === '0') return addContentOf(handle, header, walk);
  walk.output.write(encodeEntry(header));
  if (type === '5') addContent(handle, header.name, walk);
}

/** Only a directory of the kernel's, such as /proc, is empty in the archive. */
function addContent(directory: number, name: string, walk: Walk): void {
  if (isKernels(directory)) return;
  const names = readdirSync(handlePath(directory), { encoding: 'latin1' });
  for (const child of names.sort()) {
    const handle = openChild(directory, child);
    if (handle !== undefined) using(handle, () => addFile(handle, `${name}${child}`, walk));
  }
}

/** Undefined for a name that is gone by now. */
function openChild(directory: number, name: string): number | undefined {
  try {
    return openInside(directory, bytesOf(name), { links: 'kept' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function addContentOf(handle: number, header: TarEntry, { output }: Walk): void {
  using(reopen(handle), (file) => {
    output.write(encodeEntry(header));
    output.copyFrom(file, header.size);
    output.write(Buffer.alloc(paddingOf(header.size)));
  });
}

/** The name under which the archive has the file already. */
function linkedName(stats: Stats, name: string, { links }: Walk): string | undefined {
  if (stats.nlink < 2 || stats.isDirectory()) return undefined;
  const key = `${stats.dev}:${stats.ino}`;
  const first = links.get(key);
  if (first === undefined) links.set(key, name);
  return first;
}

function headerOf(
  handle: number,
  stats: Stats,
  { name, type }: { name: string; type: string },
  { uidMappings, gidMappings }: Walk,
): TarEntry {
  const { mode, uid, gid, size, mtimeMs, rdev } = stats;
  const { major, minor } = type === '3' || type === '4' ? deviceNumbers(rdev) : { major: 0, minor: 0 };
  return {
    name: type === '5' && !name.endsWith('/') ? `${name}/` : name,
    type,
    mode: mode & 0o7777,
    uid: idOf(uid, uidMappings),
    gid: idOf(gid, gidMappings),
    size: type === '0' ? size : 0,
    mtime: Math.floor(mtimeMs / 1000),
    linkname: type === '2' ? (targetOf(handle) ?? '') : '',
    devmajor: major,
    devminor: minor,
    xattrs: type === '0' && (mode & 0o111) !== 0 ? capabilitiesOf(handle, uidMappings) : {},
  };
}

function typeOf(stats: Stats): string {
  const types: Record<number, string> = {
    [constants.S_IFREG]: '0',
    [constants.S_IFLNK]: '2',
    [constants.S_IFCHR]: '3',
    [constants.S_IFBLK]: '4',
    [constants.S_IFDIR]: '5',
    [constants.S_IFIFO]: '6',
  };
  const type = types[stats.mode & constants.S_IFMT];
  if (type === undefined) throw refused(`a file has an unknown type (mode ${stats.mode.toString(8)})`);
  return type;
}

/** The id inside the container. Files of its image that it has not touched have it already, where it does not run. */
function idOf(id: number, mappings: readonly OciIdMapping[]): number {
  return mappings.length === 0 ? id : (containerId(id, mappings) ?? id);
}

function capabilitiesOf(handle: number, mappings: readonly OciIdMapping[]): Record<string, string> {
  const name = 'security.capability';
  const value = Buffer.alloc(24);
  const length = Number(getxattr(handlePath(handle), name, value, value.length));
  if (length < 0) return {};
  const found = value.subarray(0, length);
  const inside = mappings.length === 0 ? found : ofOtherRoot(found, (id) => containerId(id, mappings));
  return inside ? { [name]: inside.toString('latin1') } : {};
}
