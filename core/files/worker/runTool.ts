import { spawnSync } from 'node:child_process';

/** Characters of the message; the rest repeats it for other files. */
const shownBytes = 400;

/**
 * Runs one of the coreutils in this worker's process group. It ends with the worker (setpriv(1), --pdeathsig). Handles
 * are passed as descriptors from 3 on.
 * @returns what it prints
 * @throws Error with the tool's message; its code is ENOSPC for a full disk, EPERM, or PCH_CONFLICT for a mount
 */
export function runTool(command: string, args: readonly string[], ...handles: number[]): string {
  const { status, signal, stdout, stderr, error } = spawnSync(
    'setpriv',
    ['--pdeathsig', 'KILL', '--', command, ...args],
    { stdio: ['ignore', 'pipe', 'pipe', ...handles] },
  );
  if (error) throw error;
  if (status === 0) return stdout.toString();
  const text = stderr.toString().trim().slice(0, shownBytes);
  throw Object.assign(new Error(text || `${command} ended with ${status ?? signal}`), { code: codeOf(text) });
}

/** Returns the code of a tool's message in the C locale. */
function codeOf(text: string): string | undefined {
  if (/no space left on device|quota exceeded/i.test(text)) return 'ENOSPC';
  if (/permission denied/i.test(text)) return 'EPERM';
  return /on a different device|resource busy/i.test(text) ? 'PCH_CONFLICT' : undefined;
}
