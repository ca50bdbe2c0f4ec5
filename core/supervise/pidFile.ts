import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { ignoreMissing } from '../host/ignoreMissing.ts';
import type { ProcessIdentity } from './processIdentity.ts';

/** What a pid file says. */
export interface PidRecord extends ProcessIdentity {
  /** What the process was started with, for the owner to tell whether it is out of date. */
  fingerprint: string;
}

/** Writes at once and as a whole: between a start and this write a crash of ours would lose the process. */
export function writePidFile(path: string, record: PidRecord): void {
  writeFileSync(`${path}.tmp`, JSON.stringify(record), { mode: 0o600 });
  renameSync(`${path}.tmp`, path);
}

/** Undefined if there is none, or one that makes no sense. @throws the system's error if it cannot be read */
export function readPidFile(path: string): PidRecord | undefined {
  const record = parsed(readIfExists(path));
  return isPidRecord(record) ? record : undefined;
}

function readIfExists(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    ignoreMissing(error as NodeJS.ErrnoException);
    return '';
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export function removePidFile(path: string): void {
  rmSync(path, { force: true });
}

function isPidRecord(value: unknown): value is PidRecord {
  if (typeof value !== 'object' || value === null) return false;
  const { pid, startTicks, bootId, fingerprint } = value as Record<string, unknown>;
  return (
    Number.isInteger(pid) && [startTicks, bootId, fingerprint].every((field) => typeof field === 'string')
  );
}
