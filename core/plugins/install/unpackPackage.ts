import { createHash } from 'node:crypto';
import { mkdir, open } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import tar from 'tar-stream';
import { messageOf, PouchError } from '../../../hooks/errors.ts';
import { decompressed } from '../../images/archive/decompress.ts';

export interface PackageLimits {
  readonly bytes: number;
  readonly files: number;
}

export const packageLimits: PackageLimits = { bytes: 64 * 1024 * 1024, files: 5000 };

/** Milliseconds for the whole archive. */
const uploadMs = 5 * 60_000;
/** Characters of a path. */
const longestPath = 512;
const executable = 0o100;

export interface PackageFile {
  readonly sha256: string;
  readonly executable: boolean;
}

/** The files of a package by their paths. */
export type PackageFiles = ReadonlyMap<string, PackageFile>;

export interface Unpacked {
  /** Name of the folder that the archive has everything in; empty if it has none. */
  readonly wrapper: string;
  /** By their paths below it. */
  readonly files: PackageFiles;
}

/**
 * Unpacks a tar archive, compressed or not, into a new folder of root. `npm pack` and `oras push` put everything in one
 * folder of the archive, which becomes the package. Only plain files and folders are taken; of their
 * modes only whether a file is executable.
 * @throws PCH_PLUGIN_PACKAGE for links, devices, paths out of the folder, a name that comes twice, and too much content
 */
export async function unpackPackage(
  archive: Readable,
  folder: string,
  limits: PackageLimits = packageLimits,
): Promise<Unpacked> {
  const files = new Map<string, PackageFile>();
  const budget = { bytes: limits.bytes, entries: limits.files * 2 };
  const extract = tar.extract();
  const source = await decompressed(archive);
  source.once('error', (error) => extract.destroy(error));
  const late = setTimeout(() => source.destroy(tooLate()), uploadMs);
  source.pipe(extract);
  try {
    for await (const entry of extract) {
      const { name, type, mode = 0 } = entry.header;
      const path = type === 'file' ? safePath(name) : undefined;
      if (path === undefined) requireFolder(name, type);
      else if (files.has(path)) throw invalid(`${name} comes twice`);
      else files.set(path, await write(entry, join(folder, path), { budget, mode }));
      budget.entries -= 1;
      if (files.size > limits.files || budget.entries < 0)
        throw invalid(`it has more than ${limits.files} files`);
      entry.resume();
    }
  } catch (error) {
    throw error instanceof PouchError ? error : invalid(messageOf(error), error);
  } finally {
    clearTimeout(late);
    source.destroy();
  }
  if (files.size === 0) throw invalid('it has no files');
  return withoutWrapper(files);
}

/** Takes the folder that has everything, if one does, for the package. */
function withoutWrapper(files: PackageFiles): Unpacked {
  const folders = new Set([...files.keys()].map((path) => path.slice(0, path.indexOf('/') + 1)));
  const [first = ''] = folders;
  if (folders.size !== 1 || first === '') return { wrapper: '', files };
  return {
    wrapper: first.slice(0, -1),
    files: new Map([...files].map(([path, file]) => [path.slice(first.length), file])),
  };
}

interface WriteOptions {
  /** What may still be written. */
  readonly budget: { bytes: number };
  readonly mode: number;
}

async function write(
  content: AsyncIterable<unknown>,
  path: string,
  { budget, mode }: WriteOptions,
): Promise<PackageFile> {
  const hash = createHash('sha256');
  const isExecutable = (mode & executable) !== 0;
  await mkdir(dirname(path), { recursive: true, mode: 0o755 });
  const file = await open(path, 'wx', isExecutable ? 0o755 : 0o644);
  try {
    for await (const chunk of content as AsyncIterable<Buffer>) {
      budget.bytes -= chunk.length;
      if (budget.bytes < 0) throw invalid('it has too much content');
      hash.update(chunk);
      await file.write(chunk);
    }
    await file.datasync();
  } finally {
    await file.close();
  }
  return { sha256: hash.digest('hex'), executable: isExecutable };
}

/** The path below the folder. */
function safePath(name: string): string {
  const path = name.replace(/^\.\//, '');
  const parts = path.split('/');
  const isSafe = parts.every((part) => part !== '' && part !== '.' && part !== '..');
  // eslint-disable-next-line no-control-regex -- they are what is refused
  if (isSafe && path.length <= longestPath && !/[\u0000-\u001f\u007f\\]/.test(path)) return path;
  throw invalid(`it has the path ${JSON.stringify(name.slice(0, longestPath))}`);
}

/** @throws unless an entry is a folder, which its files create, or extended headers */
function requireFolder(name: string, type: string | null | undefined): void {
  if (type === 'directory' || type === 'pax-global-header') return;
  throw invalid(`${name} is a ${type ?? 'special file'}: only plain files and folders are allowed`);
}

function tooLate(): PouchError {
  return new PouchError('PCH_DEADLINE', `the package did not arrive within ${uploadMs / 1000} s`);
}

function invalid(why: string, cause?: unknown): PouchError {
  return new PouchError('PCH_PLUGIN_PACKAGE', `the package cannot be installed: ${why}`, {
    hint: 'install a folder, or a file that `npm pack` has written; its dependencies have to be bundled',
    ...(cause !== undefined && { cause }),
  });
}
