import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { hasNoFilesLeft, messageOf } from '../errors.ts';
import type { RuntimeState } from '../runtime.ts';
import { findBinary } from './findBinary.ts';
import { isAbsolute } from 'node:path';

/** Milliseconds that `--version` may take. */
const versionDeadline = 5_000;

/** An executable with the version that it prints. */
export interface Binary {
  path: string;
  version: string;
  /** All that `--version` says. */
  about: string;
}

/** What a runtime finds on this host, and what to call instead of its executable if that alone does not do. */
export interface Survey extends Pick<RuntimeState, 'problem' | 'limits' | 'findings'> {
  command?: string;
}

/** {@link RuntimeState} with what containerd's shim is to call. */
export interface RuncLikeState extends RuntimeState {
  command: string;
}

/** Finds a runtime's executable, asks for its version, and looks at what the host has for it. */
export async function probeRuntime(
  binary: string,
  survey: (found: Binary) => Promise<Survey>,
): Promise<RuncLikeState> {
  const path = await findBinary(binary);
  if (path === undefined) return unusable('', notFound(binary));
  let about: string;
  try {
    about = await askVersion(path);
  } catch (error) {
    // The error is not about the runtime, so it is not kept.
    if (hasNoFilesLeft(error)) throw error;
    return unusable(path, `${path} --version failed: ${messageOf(error)}`);
  }
  const version = parseVersion(about);
  if (version === '') return unusable(path, `${path} is not an OCI runtime: its --version prints no version`);
  const { command = path, ...rest } = await survey({ path, version, about });
  return { usable: rest.problem === undefined, path, version, command, ...rest };
}

/** From what `--version` says: `runc version 1.1.5+ds1`, `kata-runtime  : 1.12.1`. */
export function parseVersion(output: string): string {
  return /version (\S+)|^\S+ *: (\d\S*)/m.exec(output)?.slice(1).find(Boolean) ?? '';
}

function notFound(binary: string): string {
  if (isAbsolute(binary)) return `${binary} is not installed: install it, or correct the path`;
  return `${binary} is not installed: apt-get install ${binary}`;
}

async function askVersion(path: string): Promise<string> {
  const { stdout } = await promisify(execFile)(path, ['--version'], { timeout: versionDeadline });
  return stdout;
}

function unusable(path: string, problem: string): RuncLikeState {
  return { usable: false, path, version: '', command: path, problem };
}
