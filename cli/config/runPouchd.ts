import { execFile } from 'node:child_process';
import { join, resolve } from 'node:path';
import { CliError, exitCodes } from '../errors.ts';
import { ownInstallation } from '../installation.ts';
import type { Session } from '../Session.ts';

/** Milliseconds: a check loads plugins, which has deadlines of its own. */
const longestMs = 120_000;
/** Bytes that it may print. */
const largest = 64 * 1024 * 1024;

/**
 * Prints what the pouchd of this installation says about its files, and takes its exit code; no pouchd need run.
 * @param file - missing: its default one
 */
export async function runPouchd(
  session: Session,
  file: string | undefined,
  ...args: string[]
): Promise<void> {
  const installation = await ownInstallation('daemon');
  if (installation === undefined)
    throw new CliError(
      'PCH_NOT_FOUND',
      'this command needs the pouchd of this installation, which was not found',
      'run it where pouchd is installed',
    );
  const pouchd = join(installation, 'bin/pouchd');
  const all = [...(file === undefined ? [] : ['--config', resolve(file)]), ...args];
  const { exitCode, stdout, stderr } = await ended(pouchd, all);
  if (stdout !== '') session.print(stdout.replace(/\n$/, ''));
  if (stderr !== '') session.warn(stderr.replace(/\n$/, ''));
  if (exitCode !== 0) session.exitCode = exitCode;
}

function ended(
  pouchd: string,
  args: string[],
): Promise<{ exitCode: number; stdout: string; stderr: string }> {
  return new Promise((done) => {
    execFile(pouchd, args, { timeout: longestMs, maxBuffer: largest }, (error, stdout, stderr) => {
      const exitCode = typeof error?.code === 'number' ? error.code : exitCodes.failure;
      // One that was not started, or was killed, has printed nothing.
      const why = error && typeof error.code !== 'number' ? `${stderr}${error.message}\n` : stderr;
      done({ exitCode: error ? exitCode : 0, stdout, stderr: why });
    });
  });
}
