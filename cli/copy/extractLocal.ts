/**
 * Extracts an archive of a container's files on the host. The container is not trusted: names stay below the
 * directory, and no link of the archive is followed.
 */
import { execFile } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { chmod, lchown, link, lstat, lutimes, mkdir, rm, symlink, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import tar, { type Extract, type Header } from 'tar-stream';
import { type CopyPlan, renamed } from './copyPaths.ts';

const chunkBytes = 1024 * 1024;

/** tar-stream does not export this type. */
type Entry = Extract extends AsyncIterable<infer E> ? E : never;

export interface ExtractLocalOptions extends CopyPlan {
  /** Keeps the owners of files. */
  keepOwners: boolean;
  /** Called with the name of each device, which is left out. */
  onDevice(name: string): void;
}

interface Extraction extends ExtractLocalOptions {
  /** Directories of the archive whose way was checked. */
  readonly checked: Set<string>;
  /** Times of directories, which are set last. */
  readonly times: [path: string, time: Date][];
}

export async function extractLocal(body: Readable, options: ExtractLocalOptions): Promise<void> {
  const extraction: Extraction = { ...options, checked: new Set(), times: [] };
  const entries = tar.extract();
  body.on('error', (error) => entries.destroy(error));
  body.pipe(entries);
  for await (const entry of entries) {
    await extractEntry(entry, extraction);
    entry.resume();
  }
  for (const [path, time] of extraction.times.reverse()) await utimes(path, time, time);
}

async function extractEntry(entry: Entry, extraction: Extraction): Promise<void> {
  const { header } = entry;
  if (header.type === 'character-device' || header.type === 'block-device')
    return extraction.onDevice(header.name);
  const names = namesIn(renamed(header.name, extraction.rename));
  if (names.length === 0) return;
  await makeParents(names.slice(0, -1), extraction);
  const path = join(extraction.directory, ...names);
  const isKept = await makeRoom(path, header);
  await create(path, entry, isKept, extraction);
  await setAttributes(path, header, extraction);
}

/** @throws Error for a name that leads out */
function namesIn(name: string): string[] {
  const names = name.split('/').filter((part) => part !== '' && part !== '.');
  if (names.includes('..'))
    throw new Error(`the archive has the name ${name}, which leads out of its directory`);
  return names;
}

/** Each is a directory, not a link: an archive could write through its own link otherwise. */
async function makeParents(names: readonly string[], { directory, checked }: Extraction): Promise<void> {
  for (const count of names.keys()) {
    const path = join(directory, ...names.slice(0, count + 1));
    if (checked.has(path)) continue;
    const found = await lstat(path).catch(() => undefined);
    if (!found) await mkdir(path);
    else if (!found.isDirectory()) throw new Error(`${path} is not a directory`);
    checked.add(path);
  }
}

/** Returns true for a directory that stays. */
async function makeRoom(path: string, { type }: Header): Promise<boolean> {
  const found = await lstat(path).catch(() => undefined);
  if (!found) return false;
  const isDirectory = type === 'directory';
  if (found.isDirectory() && isDirectory) return true;
  if (found.isDirectory()) throw new Error(`cannot overwrite directory "${path}" with non-directory`);
  if (isDirectory) throw new Error(`cannot overwrite non-directory "${path}" with directory`);
  await rm(path);
  return false;
}

async function create(path: string, entry: Entry, isKept: boolean, extraction: Extraction): Promise<void> {
  const { header } = entry;
  const target = header.linkname;
  switch (header.type) {
    case 'directory':
      if (!isKept) await mkdir(path, { mode: 0o700 });
      return;
    case 'file':
      return await pipeline(
        entry as AsyncIterable<Buffer>,
        createWriteStream(path, { flags: 'wx', mode: 0o600, highWaterMark: chunkBytes }),
      );
    case 'symlink':
      return await symlink(target, path);
    case 'link': {
      const names = namesIn(renamed(target, extraction.rename));
      await makeParents(names.slice(0, -1), extraction);
      return await link(join(extraction.directory, ...names), path);
    }
    default:
      // No call of Node's makes one; a device is not created: it would be one of this host.
      await promisify(execFile)('mkfifo', ['--', path]);
  }
}

async function setAttributes(path: string, header: Header, { keepOwners, times }: Extraction): Promise<void> {
  const { type, uid, gid, mode, mtime } = header;
  if (type === 'link') return;
  if (keepOwners) await lchown(path, uid, gid);
  if (type === 'symlink') return await lutimes(path, mtime, mtime);
  await chmod(path, mode);
  if (type === 'directory') times.push([path, mtime]);
  else await utimes(path, mtime, mtime);
}
