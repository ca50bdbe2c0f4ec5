import { execFileSync } from 'node:child_process';
import { monitorPath } from '../monitor/programs.ts';

declare const pouchVersion: string | undefined;

/** Returns the output of `--version` in runc's format, which containerd and others parse. */
export function versionText(): string {
  return `runlxc version ${runlxcVersion()}\nspec: 1.1.0\nliblxc: ${lxcVersion()}\n`;
}

export function runlxcVersion(): string {
  return typeof pouchVersion === 'undefined' ? 'development' : pouchVersion;
}

function lxcVersion(): string {
  try {
    return execFileSync(monitorPath(), ['version'], { encoding: 'utf8', timeout: 5000, env: {} }).trim();
  } catch (error) {
    return `not usable: ${(error as Error).message.split('\n')[0]}`;
  }
}
