import { readdirSync, statSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { plainSize } from '../compressed/plainSize.ts';
import type { Delivered } from '../log/delivered.ts';
import { rotatedLogs } from '../log/rotated.ts';

/** Bytes of a log that were not delivered yet. 0 for a log that does not exist. */
export function undeliveredBytes(logPath: string, { file, offset }: Delivered): number {
  try {
    const names = readdirSync(dirname(logPath));
    const rotated = rotatedLogs(logPath, names).filter(({ number }) => number >= file);
    const newest = names.includes(basename(logPath)) ? statSync(logPath, { throwIfNoEntry: false })?.size : 0;
    const sum = rotated.reduce((bytes, file) => bytes + (plainSize(file) ?? 0), newest ?? 0);
    // Of a file that was removed meanwhile, nothing is left to deliver.
    const isPartly = rotated[0] ? rotated[0].number === file : true;
    return Math.max(0, isPartly ? sum - offset : sum);
  } catch {
    return 0;
  }
}
