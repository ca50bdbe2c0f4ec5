import { closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs';
import type { RotatedLog } from '../log/rotated.ts';
import { decodeHeader, headerBytes, isPossible, type Member } from './member.ts';

/** What the first header of a compressed log says; undefined if it is damaged. */
export function firstHeader(path: string): Member | undefined {
  const file = openSync(path, 'r');
  try {
    const header = Buffer.alloc(headerBytes);
    readSync(file, header, 0, headerBytes, 0);
    const member = decodeHeader(header);
    return member && isPossible(member, fstatSync(file).size) ? member : undefined;
  } finally {
    closeSync(file);
  }
}

/** Bytes of a rotated file, those of the plain file if it is compressed; undefined if it does not exist. */
export function plainSize({ path, isCompressed }: RotatedLog): number | undefined {
  const size = statSync(path, { throwIfNoEntry: false })?.size;
  if (size === undefined || !isCompressed) return size;
  try {
    return firstHeader(path)?.total ?? size;
  } catch {
    return undefined;
  }
}
