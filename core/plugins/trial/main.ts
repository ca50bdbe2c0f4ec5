/**
 * Loads plugin files one after another, before pouchd does: it ends, crashes or hangs in place of pouchd. Writes one
 * byte to its file descriptor 3 per file that is loaded, or throws.
 */
import { writeSync } from 'node:fs';
import { check, libcFunction } from '../../host/libc.ts';
import { importPluginFile } from '../load/pluginFile.ts';

/** sys/prctl.h. */
const PR_SET_PDEATHSIG = 1;
const sigkill = 9;
const reports = 3;

/** A file that computes forever does not notice that pouchd has ended. */
function endWithParent(): void {
  const prctl = libcFunction('int prctl(int option, ulong value)');
  check(prctl(PR_SET_PDEATHSIG, sigkill), 'prctl');
}

export async function main(paths: readonly string[]): Promise<void> {
  endWithParent();
  for (const path of paths) {
    await importPluginFile(path, Infinity).catch(() => undefined);
    writeSync(reports, '.');
  }
}
