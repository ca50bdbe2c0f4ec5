import { spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';

const executable = resolve(import.meta.dirname, '../../../../bin/pouchd');
const deadlineMs = 30_000;

export interface FailedStart {
  /** Null if it had to be killed. */
  exitCode: number | null;
  stderr: string;
}

/** Starts a pouchd that cannot start; returns how it ended. */
export async function failedStart(args: string[]): Promise<FailedStart> {
  const child = spawn(process.execPath, [executable, ...args], { stdio: ['ignore', 'ignore', 'pipe'] });
  const timer = setTimeout(() => child.kill('SIGKILL'), deadlineMs);
  const ended = new Promise<number | null>((done) => child.once('exit', done));
  const stderr = await text(child.stderr);
  const exitCode = await ended;
  clearTimeout(timer);
  return { exitCode, stderr };
}

/** The same with a configuration of its own in `dir`, which has root and state too. */
export async function failedStartWith(dir: string, yaml: string): Promise<FailedStart> {
  const file = join(dir, 'pouchd.yaml');
  const paths = `root: ${dir}/root\nstate: ${dir}/state\n`;
  await writeFile(file, `apiVersion: pouch/v1\n${yaml.includes('root:') ? '' : paths}${yaml}`);
  return failedStart(['--config', file]);
}
