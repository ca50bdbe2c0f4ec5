import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { FileSafety, messageOf, ownUsers, PouchError } from '../../../hooks/index.ts';
import type { FoundPlugin } from './findPlugins.ts';

/** Bytes: a message of ttRPC has at most 4 MiB. */
const mostBytes = 2 ** 20;

/**
 * The text of INDEX-NAME.conf, or else of NAME.conf (pkg/adaptation/adaptation.go, getPluginConfig); empty if there is
 * neither.
 * @throws PCH_PLUGIN_UNSAFE if others than root may write it, PCH_NRI_REFUSED if it cannot be used
 */
export function readConfig(directory: string, { name, base }: Pick<FoundPlugin, 'name' | 'base'>): string {
  for (const file of [`${name}.conf`, `${base}.conf`]) {
    const text = textOf(join(directory, file));
    if (text !== undefined) return text;
  }
  return '';
}

/** Undefined for a file that does not exist. */
function textOf(path: string): string | undefined {
  const fd = opened(path);
  if (fd === undefined) return undefined;
  try {
    new FileSafety(path, ownUsers(), 'an NRI plugin is configured by it').check(path);
    const stats = fstatSync(fd);
    if (!stats.isFile()) throw unusable(path, 'expected a regular file');
    if (stats.size > mostBytes)
      throw unusable(path, `expected at most ${mostBytes} bytes, found ${stats.size}`);
    return readFileSync(fd, 'utf8');
  } finally {
    closeSync(fd);
  }
}

/** A FIFO does not block. */
function opened(path: string): number | undefined {
  try {
    return openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw unusable(path, messageOf(error));
  }
}

function unusable(path: string, problem: string): PouchError {
  return new PouchError('PCH_NRI_REFUSED', `the configuration ${path} cannot be used: ${problem}`, {
    hint: 'fix or remove the file; the plugin is started again by itself',
  });
}
