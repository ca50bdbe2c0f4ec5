import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Returns the first directory, of this one and those above it, that users of the host without rights of their own
 * cannot pass through; undefined if they can. Runtimes open the root file system of a container with a user
 * namespace as such a user.
 */
export async function impassable(directory: string): Promise<string | undefined> {
  const found = await stat(directory).catch(() => undefined);
  if (found && (found.mode & 0o001) === 0) return directory;
  return directory === '/' ? undefined : await impassable(dirname(directory));
}
