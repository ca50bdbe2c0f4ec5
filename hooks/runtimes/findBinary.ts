import { access, constants } from 'node:fs/promises';
import { delimiter, isAbsolute, join } from 'node:path';

/** Folders of containerd's PATH beside the daemon's own (core/containerd/daemon/executable.ts says the same). */
const alwaysSearched = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'];

export interface Search {
  /** Default: the daemon's. */
  path?: string;
  /** Folders that are looked into last. */
  also?: readonly string[];
  /** Folder that stands for `/`. */
  root?: string;
}

/** The absolute path of an executable given by name or absolute path; undefined if it does not exist. */
export async function findBinary(
  binary: string,
  { path = process.env['PATH'] ?? '', also = [], root = '/' }: Search = {},
): Promise<string | undefined> {
  const folders = [...path.split(delimiter).filter(isAbsolute), ...alwaysSearched, ...also];
  const candidates = isAbsolute(binary) ? [binary] : folders.map((folder) => join(folder, binary));
  for (const candidate of candidates) if (await isExecutable(join(root, candidate))) return candidate;
  return undefined;
}

function isExecutable(file: string): Promise<boolean> {
  return access(file, constants.X_OK).then(
    () => true,
    () => false,
  );
}
