/**
 * Damage of containerd's database (bbolt). containerd fails in many ways, or starts with an empty one and deletes all
 * content as garbage.
 */
import { closeSync, existsSync, openSync, readdirSync, readFileSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { PouchError } from '../../../hooks/errors.ts';

/** The database of images, snapshot names, leases and containers. */
const metadataFile = 'io.containerd.metadata.v1.bolt/meta.db';

/** What containerd logs about a database that it cannot read (bbolt's errors and panics). */
const complaint =
  /failed to load plugin \S*metadata|bbolt|boltdb|meta\.db|metadata\.db|invalid database|invalid freelist|checksum error/;

/**
 * Checks the database before containerd starts, which treats an empty or lost one as new.
 * @throws PCH_CONTAINERD_DAMAGED
 */
export function checkMetadata(root: string): void {
  const path = join(root, metadataFile);
  if (!existsSync(path)) {
    if (hasContent(root)) throw damaged(root, 'not found, but the content that it lists exists');
    return;
  }
  if (!isDatabase(path)) throw damaged(root, 'expected a bbolt database, found something else');
}

/** Returns PCH_CONTAINERD_DAMAGED if the log from the byte `since` on reports a damaged database, else `cause`. */
export function metadataError(root: string, logFile: string, since: number, cause: unknown): unknown {
  if (!existsSync(logFile)) return cause;
  const log = readFileSync(logFile).subarray(since).toString('utf8');
  const lines = log.split('\n').filter((line) => /panic|fatal|error/i.test(line) && complaint.test(line));
  const isPanic = /^panic: |^fatal error: /m.test(log) && complaint.test(log);
  if (lines.length === 0 && !isPanic) return cause;
  const logged = lines[0] ?? /^(panic|fatal error): .*$/m.exec(log)?.[0] ?? '';
  return damaged(root, `containerd cannot read it: ${logged.slice(0, 300)}`, cause);
}

export function logSize(logFile: string): number {
  return existsSync(logFile) ? statSync(logFile).size : 0;
}

function hasContent(root: string): boolean {
  const blobs = join(root, 'io.containerd.content.v1.content/blobs/sha256');
  return existsSync(blobs) && readdirSync(blobs).length > 0;
}

const magic = 0xed0cdaed;
/** Offsets in the first two pages, for each size of a memory page; one valid page is enough. */
const magicOffsets = [16, 4096 + 16, 16_384 + 16, 65_536 + 16];

function isDatabase(path: string): boolean {
  const start = Buffer.alloc(65_536 + 32);
  const file = openSync(path, 'r');
  try {
    readSync(file, start, 0, start.length, 0);
  } finally {
    closeSync(file);
  }
  return magicOffsets.some((offset) => start.readUInt32LE(offset) === magic);
}

function damaged(root: string, problem: string, cause?: unknown): PouchError {
  return new PouchError('PCH_CONTAINERD_DAMAGED', `${join(root, metadataFile)}: ${problem}`, {
    hint:
      `restore ${root} from a backup; without one, move the whole directory aside and start pouchd again: images have to be pulled ` +
      `again and the files that containers wrote outside volumes are lost; volumes and container records stay`,
    cause,
  });
}
