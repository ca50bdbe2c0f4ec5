import { execFile } from 'node:child_process';
import { access, constants, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { tryKvm } from './kvm/tryKvm.ts';

/** The host as this plugin looks at it: another root, environment and executables stand for it in tests. */
export interface Host {
  /** Folder that stands for `/`. */
  root: string;
  env: Readonly<Record<string, string | undefined>>;
  /** Standard output of an executable. @throws what execFile throws */
  run(file: string, args: readonly string[]): Promise<string>;
  /** Why no virtual machine can be made with /dev/kvm, which may be opened; empty if one can. */
  tryKvm(): Promise<string>;
}

/** Milliseconds that `--version` may take. */
const runDeadline = 5_000;

export const realHost: Host = {
  root: '/',
  env: process.env,
  async run(file, args) {
    return (await promisify(execFile)(file, [...args], { timeout: runDeadline })).stdout;
  },
  tryKvm,
};

/** Undefined if it cannot be read. */
export function readText({ root }: Host, path: string): Promise<string | undefined> {
  return readFile(join(root, path), 'utf8').catch(() => undefined);
}

export async function exists({ root }: Host, path: string): Promise<boolean> {
  return (await stat(join(root, path)).catch(() => undefined)) !== undefined;
}

export function mayUse(
  { root }: Host,
  path: string,
  mode = constants.R_OK | constants.W_OK,
): Promise<boolean> {
  return access(join(root, path), mode).then(
    () => true,
    () => false,
  );
}

export function isExecutable(host: Host, path: string): Promise<boolean> {
  return mayUse(host, path, constants.X_OK);
}
