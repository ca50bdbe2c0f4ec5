import { basename } from 'node:path';

/** A rotated file of a log. */
export interface RotatedLog {
  path: string;
  number: number;
  isCompressed: boolean;
}

/** The path of a rotated file of a log: plain, or compressed. */
export function rotatedPath(logPath: string, number: number, isCompressed = false): string {
  return `${logPath}.${number}${isCompressed ? compressedSuffix : ''}`;
}

const compressedSuffix = '.gz';
/** Of a compressed file that is being written. */
export const unfinishedSuffix = '.gz.new';

/**
 * Returns the rotated files of a log among the names in its directory, oldest first: LOG.1, LOG.2.gz and so on. Numbers
 * only grow and a file keeps its number, so that a number always means the same lines. A file that exists in both
 * forms is about to be removed in one of them: the plain one is returned.
 */
export function rotatedLogs(logPath: string, names: readonly string[]): RotatedLog[] {
  const plain = numbersOf(logPath, names, '');
  const compressed = numbersOf(logPath, names, compressedSuffix).filter((number) => !plain.includes(number));
  return [
    ...plain.map((number) => ({ path: rotatedPath(logPath, number), number, isCompressed: false })),
    ...compressed.map((number) => ({
      path: rotatedPath(logPath, number, true),
      number,
      isCompressed: true,
    })),
  ].sort((one, other) => one.number - other.number);
}

/** Returns what a compression that was cut off has left: copies that are not finished, or whose plain file exists. */
export function leftCopies(logPath: string, names: readonly string[]): string[] {
  const plain = numbersOf(logPath, names, '');
  const doubled = numbersOf(logPath, names, compressedSuffix).filter((number) => plain.includes(number));
  return [
    ...numbersOf(logPath, names, unfinishedSuffix).map(
      (number) => `${rotatedPath(logPath, number)}${unfinishedSuffix}`,
    ),
    ...doubled.map((number) => rotatedPath(logPath, number, true)),
  ];
}

function numbersOf(logPath: string, names: readonly string[], suffix: string): number[] {
  const prefix = `${basename(logPath)}.`;
  return names
    .filter((name) => name.startsWith(prefix) && name.endsWith(suffix))
    .map((name) => name.slice(prefix.length, name.length - suffix.length))
    .filter((middle) => /^\d+$/.test(middle))
    .map(Number);
}
