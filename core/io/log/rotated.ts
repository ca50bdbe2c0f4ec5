import { basename, dirname, join } from 'node:path';

/** A part of a log that rotation has put aside. */
export interface RotatedLog {
  path: string;
  number: number;
}

/**
 * The rotated files of a log among the names in its directory, oldest first: LOG.1, LOG.2 and so on. The numbers only
 * grow and a file keeps its own, so that whoever opens one by its name gets no other.
 */
export function rotatedLogs(logPath: string, names: readonly string[]): RotatedLog[] {
  const prefix = `${basename(logPath)}.`;
  return names
    .filter((name) => name.startsWith(prefix) && /^\d+$/.test(name.slice(prefix.length)))
    .map((name) => ({ path: join(dirname(logPath), name), number: Number(name.slice(prefix.length)) }))
    .sort((one, other) => one.number - other.number);
}
