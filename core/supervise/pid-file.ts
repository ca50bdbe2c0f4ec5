import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import type { ProcessIdentity } from './process-identity.ts';

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

/** Undefined if there is none, or none that can be read. */
export function readPidFile(path: string): PidRecord | undefined {
  try {
    const record: unknown = JSON.parse(readFileSync(path, 'utf8'));
    return isPidRecord(record) ? record : undefined;
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
