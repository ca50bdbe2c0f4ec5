import { realpathSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { messageOf, PouchError } from '../../../hooks/errors.ts';

const writableByAll = 0o002;
const sticky = 0o1000;

/**
 * Refuses a plugin file that any user of the host could replace: pouchd would run it as root.
 * @returns the path without symbolic links
 * @throws PCH_PLUGIN_UNSAFE; PCH_PLUGIN_LOAD if it is missing or no file
 */
export function checkFileSafety(path: string): string {
  const file = locateFile(path);
  refuseWritable(file);
  refuseWritable(dirname(path));
  refuseWritable(dirname(file));
  for (const above of parentsOf(dirname(file))) refuseReplaceable(above);
  return file;
}

function locateFile(path: string): string {
  try {
    const file = realpathSync(path);
    if (statSync(file).isFile()) return file;
  } catch (error) {
    throw notThere(`plugin file ${path} cannot be read: ${messageOf(error)}`, error);
  }
  throw notThere(`plugin file ${path} is not a regular file`);
}

function notThere(message: string, cause?: unknown): PouchError {
  return new PouchError('PCH_PLUGIN_LOAD', message, { hint: 'fix its `path` in pouchd.yaml', cause });
}

function parentsOf(directory: string): string[] {
  const parent = dirname(directory);
  return parent === directory ? [] : [parent, ...parentsOf(parent)];
}

function refuseWritable(path: string): void {
  if ((modeOf(path) & writableByAll) !== 0) throw unsafe(path);
}

/** In a directory such as /tmp (sticky) nobody can replace what belongs to others. */
function refuseReplaceable(directory: string): void {
  const mode = modeOf(directory);
  if ((mode & writableByAll) !== 0 && (mode & sticky) === 0) throw unsafe(directory);
}

function modeOf(path: string): number {
  return statSync(path).mode;
}

function unsafe(path: string): PouchError {
  return new PouchError(
    'PCH_PLUGIN_UNSAFE',
    `${path} can be written by every user, and pouchd would run it as root`,
    {
      hint: `chmod o-w ${path}`,
    },
  );
}
