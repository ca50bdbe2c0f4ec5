/**
 * A file worker: `pouch-files STATE`, started by pouchd. It does one request after the other, with blocking calls only, so
 * that a path that does not respond holds up this process and nothing else. It ends with its stdin.
 */
import type { FileRequest } from '../protocol.ts';
import { endWithParent } from './endWithParent.ts';
import { readLines, writeLine } from './lines.ts';
import { replyTo } from './operations.ts';

/** Returns the exit code. */
export function main(): Promise<number> {
  endWithParent();
  for (const line of readLines()) writeLine(JSON.stringify(replyTo(JSON.parse(line) as FileRequest)));
  return Promise.resolve(0);
}

export function fail(error: unknown): void {
  process.stderr.write(`pouch-files: ${error instanceof Error ? error.message : String(error)}\n`);
}
