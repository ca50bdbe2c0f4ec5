/** Docker's rules of `cp` for paths: what a slash or `/.` at the end means, and names at the destination. */
import { posix } from 'node:path';

/** An end of a copy. */
export interface CopyEnd {
  /** Of the host if undefined. */
  container?: string;
  path: string;
}

/** `CONTAINER:PATH`; a path of the host is absolute, begins with a dot, or has no colon. */
export function parseEnd(text: string): CopyEnd {
  const colon = text.indexOf(':');
  if (text.startsWith('/') || text.startsWith('.') || colon < 0) return { path: text };
  return { container: text.slice(0, colon), path: text.slice(colon + 1) };
}

export function endsWithSlash(path: string): boolean {
  return path.endsWith('/');
}

/** `.`, or with `/.` at its end: the content of a directory. */
export function isContent(path: string): boolean {
  return posix.basename(path) === '.';
}

/** Splits a path into its directory and its last name, which is `.` for the content of a directory. */
export function splitEntry(path: string): { directory: string; base: string } {
  const cleaned = posix.normalize(path).replace(/(.)\/+$/, '$1');
  if (isContent(path)) return { directory: cleaned, base: '.' };
  return { directory: posix.dirname(cleaned), base: posix.basename(cleaned) || '/' };
}

export interface CopySource {
  /** The path, which names the first entry of the archive. */
  path: string;
  isDirectory: boolean;
  /** The name that the archive has instead: that of a link which was followed. */
  name?: string | undefined;
}

export interface CopyTarget {
  path: string;
  /** Undefined: it does not exist. */
  found?: { isDirectory: boolean } | undefined;
}

/** Where an archive is extracted, and how the first part of its names changes. */
export interface CopyPlan {
  directory: string;
  rename?: { from: string; to: string };
}

/** @throws Error that says why the source cannot be copied there */
export function planCopy(source: CopySource, target: CopyTarget): CopyPlan {
  const from = source.name ?? splitEntry(source.path).base;
  const { directory, base } = splitEntry(target.path);
  const renamed: CopyPlan = { directory, rename: { from, to: base } };
  if (target.found?.isDirectory) return { directory: target.path };
  if (target.found && source.isDirectory) throw new Error('cannot copy directory');
  if (target.found || source.isDirectory) return renamed;
  if (endsWithSlash(target.path) || isContent(target.path)) throw new Error('no such directory');
  return renamed;
}

/** Replaces the first part of a name of the archive. */
export function renamed(name: string, rename: CopyPlan['rename']): string {
  if (!rename) return name;
  const { from, to } = rename;
  if (from === '/') return `${to}/${name.replace(/^\/+/, '')}`;
  if (name === from || name.startsWith(`${from}/`)) return `${to}${name.slice(from.length)}`;
  return name;
}
