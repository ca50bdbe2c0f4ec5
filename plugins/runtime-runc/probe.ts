import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { messageOf, type RuntimeState } from '../../hooks/index.ts';
import { findBinary } from './findBinary.ts';

/** Milliseconds that `--version` may take. */
const versionDeadline = 5_000;

/** Something of the host that keeps a runtime from working; undefined if there is nothing. */
export type Obstacle = () => Promise<string | undefined>;

/** Finds a runtime's executable, asks for its version, and looks for what would make it fail. */
export async function probeRuntime(binary: string, obstacle: Obstacle): Promise<RuntimeState> {
  const path = await findBinary(binary);
  if (path === undefined) return unusable('', '', `${binary} is not installed: apt-get install ${binary}`);
  let version: string;
  try {
    version = parseVersion(await askVersion(path));
  } catch (error) {
    return unusable(path, '', `${path} --version failed: ${messageOf(error)}`);
  }
  const problem = await obstacle();
  return problem === undefined ? { usable: true, path, version } : unusable(path, version, problem);
}

/** From the first line of `--version`: `runc version 1.1.5+ds1`. */
export function parseVersion(output: string): string {
  return /version (\S+)/.exec(output)?.[1] ?? '';
}

async function askVersion(path: string): Promise<string> {
  const { stdout } = await promisify(execFile)(path, ['--version'], { timeout: versionDeadline });
  return stdout;
}

function unusable(path: string, version: string, problem: string): RuntimeState {
  return { usable: false, path, version, problem };
}
