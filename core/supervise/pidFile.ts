import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { ignoreMissing } from '../host/ignoreMissing.ts';
import type { ProcessIdentity } from './processIdentity.ts';

/** The content of a pid file. */
export interface PidRecord extends ProcessIdentity {
  /** Identifies what the process was started with, so that its owner can replace an outdated one. */
  fingerprint: string;
}

/**
 * Writes synchronously and atomically: a crash of the daemon between the start and this write would lose the process.
 */
export function writePidFile(path: string, record: PidRecord): void {
  writeFileSync(`${path}.tmp`, JSON.stringify(record), { mode: 0o600 });
  renameSync(`${path}.tmp`, path);
}

/** Undefined if the file does not exist or is invalid. @throws the system's error if it cannot be read */
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
