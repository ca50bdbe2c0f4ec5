import { dirname, isAbsolute } from 'node:path';
import { findBinary, shimExecutable } from '../../../hooks/index.ts';
import type { Host } from '../host.ts';

/** Where the static release is unpacked; not in anybody's PATH, so that its shims are told by path. */
const releaseFolders = ['/opt/kata/bin', '/opt/kata/runtime-rs/bin'];

export interface FoundShim {
  /** Absolute. */
  path: string;
  /** containerd's runtime type, or the path itself, which containerd takes as well (since 1.6). */
  type: string;
}

/** The shim of a handler, else that of kata. */
export async function findShim(
  host: Host,
  handler: string,
  { shim, runtimeType }: { shim: string; runtimeType: string },
): Promise<FoundShim | undefined> {
  const found = await firstOf(host, candidates(handler, { shim, runtimeType }));
  return found && runtimeType ? { ...found, type: runtimeType } : found;
}

function candidates(handler: string, asked: { shim: string; runtimeType: string }): string[] {
  if (asked.shim) return [asked.shim];
  if (asked.runtimeType)
    return [isAbsolute(asked.runtimeType) ? asked.runtimeType : shimExecutable(asked.runtimeType)];
  return [...new Set([handler, 'kata'])].map((name) => shimExecutable(`io.containerd.${name}.v2`));
}

async function firstOf(host: Host, names: readonly string[]): Promise<FoundShim | undefined> {
  for (const name of names) {
    const found = await find(host, name);
    if (found) return found;
  }
  return undefined;
}

async function find(host: Host, name: string): Promise<FoundShim | undefined> {
  const path = await findExecutable(host, name);
  if (path === undefined) return undefined;
  const isInPath = !isAbsolute(name) && !releaseFolders.includes(dirname(path));
  return { path, type: (isInPath && typeOf(name)) || path };
}

/** As containerd finds it, and in the static release; an absolute path is taken as it is. */
export function findExecutable({ env, root }: Host, name: string): Promise<string | undefined> {
  return findBinary(name, { path: env['PATH'] ?? '', also: releaseFolders, root });
}

/** Undefined for an executable that is not named as containerd names shims. */
function typeOf(name: string): string | undefined {
  const match = /^containerd-shim-(.+)-(v\d+)$/.exec(name);
  return match ? `io.containerd.${match[1]}.${match[2]}` : undefined;
}
