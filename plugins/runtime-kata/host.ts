import { execFile } from 'node:child_process';
import { access, constants, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { FileAccess } from '../../hooks/index.ts';
import { tryKvm } from './kvm/tryKvm.ts';

/** The host as this plugin sees it; tests replace root, environment and executables. */
export interface Host {
  /** Directory that replaces `/`. */
  root: string;
  env: Readonly<Record<string, string | undefined>>;
  /** For paths that a user or kata's configuration names, below `root`. */
  files: FileAccess;
  /** Returns the standard output of an executable. @throws the error of execFile */
  run(file: string, args: readonly string[]): Promise<string>;
  /** Returns why /dev/kvm, which can be opened, cannot create a virtual machine; empty if it can. */
  tryKvm(): Promise<string>;
}

/** Time limit of `--version` in milliseconds. */
const runDeadline = 5_000;

export function realHost(files: FileAccess): Host {
  return {
    root: '/',
    env: process.env,
    files,
    async run(file, args) {
      return (await promisify(execFile)(file, [...args], { timeout: runDeadline })).stdout;
    },
    tryKvm,
  };
}

/** Reads a file of the kernel; undefined if it cannot be read. */
export function readText({ root }: Host, path: string): Promise<string | undefined> {
  return readFile(join(root, path), 'utf8').catch(() => undefined);
}

/** Of a fixed path. */
export async function exists({ root }: Host, path: string): Promise<boolean> {
  return (await stat(join(root, path)).catch(() => undefined)) !== undefined;
}

export function mayUse({ root }: Host, path: string): Promise<boolean> {
  return access(join(root, path), constants.R_OK | constants.W_OK).then(
    () => true,
    () => false,
  );
}
