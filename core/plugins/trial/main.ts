/**
 * Loads plugin files one after another, before pouchd does: it ends, crashes or hangs in place of pouchd. Writes one
 * byte to its file descriptor 3 per file that is loaded, or throws.
 */
import { writeSync } from 'node:fs';
import { endWithParent } from '../../host/endWithParent.ts';
import { importPluginFile } from '../load/pluginFile.ts';

const reports = 3;

export async function main(paths: readonly string[]): Promise<void> {
  // A file that computes forever does not notice that pouchd has ended.
  endWithParent();
  for (const path of paths) {
    await importPluginFile(path, Infinity).catch(() => undefined);
    writeSync(reports, '.');
  }
}
