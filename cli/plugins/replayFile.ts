import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { CliError } from '../errors.ts';
import { ownInstallation } from '../installation.ts';

/** A field in which a plan differs from the recorded one. */
export interface FieldDifference {
  field: string;
  recorded?: unknown;
  replayed?: unknown;
  plugin: string;
  hook: string;
}

export interface ReplayReport {
  differences: FieldDifference[];
  /** One-shot scripts of the recorded plan that differ here, or do not exist; missing if no plan can be made. */
  scripts?: { plugin: string; path: string; change: 'changed' | 'missing' }[];
  /** Why no plan can be made. */
  error?: { code: string; message: string; hint?: string };
}

/** Milliseconds: the load of plugins and every tap have shorter deadlines of their own. */
const longestMs = 120_000;
/** Bytes of a report. */
const largest = 64 * 1024 * 1024;

/** Has a recording planned again by the pouchd of this installation, which need not run. */
export async function replayFile(file: string, plugins: readonly string[]): Promise<ReplayReport> {
  const installation = await ownInstallation('daemon');
  if (installation === undefined)
    throw new CliError(
      'PCH_NOT_FOUND',
      'a replay needs the pouchd of this installation, which was not found',
      'run it where pouchd is installed, or call replay() of `pouch/testing` in a test',
    );
  const pouchd = join(installation, 'bin/pouchd');
  const args = ['--replay', file, ...plugins.flatMap((path) => ['--plugin', path]), '--format', 'json'];
  return await new Promise((done, reject) => {
    execFile(pouchd, args, { timeout: longestMs, maxBuffer: largest }, (error, stdout, stderr) => {
      try {
        // It ends with 1 after a report of differences too.
        done(JSON.parse(stdout) as ReplayReport);
      } catch {
        const printed = stderr.trim() || (error?.message ?? 'it printed no report');
        reject(new CliError('PCH_INTERNAL', `${pouchd} cannot replay ${file}: ${printed}`));
      }
    });
  });
}
