import { fdatasyncSync, fsyncSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { using } from './openInside.ts';

/** Readable by root only. */
const mode = 0o600;

/**
 * Replaces a small file atomically, as core/state/durable.ts does for records: a crash leaves the old or the new one.
 */
export function replaceFile(path: string, content: string): void {
  const beside = `${path}.new`;
  try {
    using(openSync(beside, 'w', mode), (file) => {
      writeFileSync(file, content);
      fdatasyncSync(file);
    });
    renameSync(beside, path);
  } catch (error) {
    rmSync(beside, { force: true });
    throw error;
  }
  using(openSync(dirname(path), 'r'), fsyncSync);
}
