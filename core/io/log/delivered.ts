/**
 * How far a log was delivered to its log driver, in two files beside it that outlive both processes: the daemon writes
 * delivered.json, and the log keeper writes given-up.json.
 */
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** The first byte of a log that was not delivered. */
export interface Delivered {
  /** The number that its file has, or will have once it is rotated; 0 for that of the oldest file. */
  readonly file: number;
  readonly offset: number;
  /** Bytes that rotation has removed undelivered so far. */
  readonly lost: number;
}

/** A rotated file that was removed before it was delivered. */
export interface GivenUp {
  readonly file: number;
  readonly bytes: number;
}

export const nothingDelivered: Delivered = { file: 0, offset: 0, lost: 0 };

/** Length of the list of removed files: while a driver is away, older ones are added up. */
const mostGivenUp = 64;

/** A missing or damaged file counts as {@link nothingDelivered}: lines may come twice. */
export function readDelivered(logPath: string): Delivered {
  const { file, offset, lost } = (parsed(deliveredPath(logPath)) ?? {}) as Record<string, unknown>;
  const isSound = [file, offset, lost].every(
    (value) => Number.isSafeInteger(value) && (value as number) >= 0,
  );
  return isSound ? ({ file, offset, lost } as Delivered) : nothingDelivered;
}

/** Not flushed to the disk: what a crash of the host takes back is delivered again. */
export async function saveDelivered(logPath: string, delivered: Delivered): Promise<void> {
  const path = deliveredPath(logPath);
  await writeFile(`${path}.new`, JSON.stringify(delivered), { mode: 0o600 });
  await rename(`${path}.new`, path);
}

/** Oldest first. */
export function readGivenUp(logPath: string): GivenUp[] {
  const found = parsed(givenUpPath(logPath));
  return Array.isArray(found) ? (found as GivenUp[]) : [];
}

/** Called before the file is removed. Forgets files that the daemon has taken note of. */
export function noteGivenUp(logPath: string, file: GivenUp): void {
  const { file: from } = readDelivered(logPath);
  const noted = [...readGivenUp(logPath).filter((one) => one.file >= from), file];
  if (noted.length > mostGivenUp) {
    const [first, second] = noted.splice(0, 2) as [GivenUp, GivenUp];
    noted.unshift({ file: second.file, bytes: first.bytes + second.bytes });
  }
  const path = givenUpPath(logPath);
  writeFileSync(`${path}.new`, JSON.stringify(noted), { mode: 0o600 });
  renameSync(`${path}.new`, path);
}

function deliveredPath(logPath: string): string {
  return join(dirname(logPath), 'delivered.json');
}

function givenUpPath(logPath: string): string {
  return join(dirname(logPath), 'given-up.json');
}

function parsed(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}
