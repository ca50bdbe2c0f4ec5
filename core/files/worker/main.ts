/**
 * A file worker: `pouch-files STATE`, started by pouchd. It performs one request after another with blocking calls,
 * so that a path that does not respond blocks only this process. It ends with its stdin.
 */
import { endWithParent } from '../../host/endWithParent.ts';
import type { FileRequest } from '../protocol.ts';
import { lines, writeLine } from './lines.ts';
import { replyTo } from './operations.ts';

/** Returns the exit code. */
export function main(): Promise<number> {
  // A worker that waits for a file system does not notice the end of its stdin.
  endWithParent();
  for (const line of lines) writeLine(JSON.stringify(replyTo(JSON.parse(line) as FileRequest)));
  return Promise.resolve(0);
}

export function fail(error: unknown): void {
  process.stderr.write(`pouch-files: ${error instanceof Error ? error.message : String(error)}\n`);
}
