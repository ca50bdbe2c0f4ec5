import { dirname, isAbsolute } from 'node:path';
import { findBinary, shimExecutable } from '../../../hooks/index.ts';
import type { Host } from '../host.ts';

/** Directory of the static release; it is not in PATH, so its shims are passed by path. */
const releaseFolders = ['/opt/kata/bin', '/opt/kata/runtime-rs/bin'];

export interface FoundShim {
  /** Absolute path. */
  path: string;
  /** containerd's runtime type, or the path itself, which containerd accepts since 1.6. */
  type: string;
}

/** Finds the shim of a handler, otherwise that of kata. */
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

/** Searches like containerd, then in the static release; uses an absolute path directly. */
export function findExecutable({ env, root }: Host, name: string): Promise<string | undefined> {
  return findBinary(name, { path: env['PATH'] ?? '', also: releaseFolders, root });
}

/** Returns undefined for an executable whose name is not of the form of containerd's shims. */
function typeOf(name: string): string | undefined {
  const match = /^containerd-shim-(.+)-(v\d+)$/.exec(name);
  return match ? `io.containerd.${match[1]}.${match[2]}` : undefined;
}
