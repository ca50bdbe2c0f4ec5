import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf } from '../../../hooks/index.ts';
import type { Host } from '../host.ts';
import { findShim, type FoundShim } from './find.ts';
import { parseShimVersion, type ShimVersion } from './version.ts';

export interface Shim extends FoundShim, ShimVersion {
  /** Why `--version` failed; empty if it succeeded. */
  failure: string;
}

/** Output of `--version` by path and modification time: running it takes tens of milliseconds. */
const known = new Map<string, ShimVersion>();

/** Returns undefined if the shim is not installed. */
export async function probeShim(
  host: Host,
  handler: string,
  asked: { shim: string; runtimeType: string },
): Promise<Shim | undefined> {
  const found = await findShim(host, handler, asked);
  if (!found) return undefined;
  try {
    return { ...found, ...(await versionOf(host, found.path)), failure: '' };
  } catch (error) {
    return { ...found, version: '', major: 0, language: 'go', failure: messageOf(error) };
  }
}

async function versionOf(host: Host, path: string): Promise<ShimVersion> {
  const file = join(host.root, path);
  const key = `${file} ${(await stat(file)).mtimeMs}`;
  const version = known.get(key) ?? parseShimVersion(await host.run(file, ['--version']));
  if (version.major > 0) known.set(key, version);
  return version;
}
