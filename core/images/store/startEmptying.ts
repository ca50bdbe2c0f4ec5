import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ignoreMissing } from '../../host/ignoreMissing.ts';

/**
 * Starts to remove what is in a directory now, which may take seconds: resolves before. What cannot be removed is left
 * for the next start.
 */
export async function startEmptying(directory: string): Promise<void> {
  for (const name of (await readdir(directory).catch(ignoreMissing)) ?? [])
    // A killed process may still be ending.
    rm(join(directory, name), { recursive: true, force: true, maxRetries: 5 }).catch(() => undefined);
}
