import { basename, dirname, join } from 'node:path';

/** A rotated file of a log. */
export interface RotatedLog {
  path: string;
  number: number;
}

/**
 * Returns the rotated files of a log among the names in its directory, oldest first: LOG.1, LOG.2 and so on. Numbers
 * only grow and a file keeps its number, so that a name always means the same file.
 */
export function rotatedLogs(logPath: string, names: readonly string[]): RotatedLog[] {
  const prefix = `${basename(logPath)}.`;
  return names
    .filter((name) => name.startsWith(prefix) && /^\d+$/.test(name.slice(prefix.length)))
    .map((name) => ({ path: join(dirname(logPath), name), number: Number(name.slice(prefix.length)) }))
    .sort((one, other) => one.number - other.number);
}
