import { spawnSync } from 'node:child_process';

/** More is the same sentence about other files. */
const shownBytes = 400;

/**
 * Runs one of the coreutils in this worker's process group; it ends with the worker (setpriv(1), --pdeathsig). A handle is passed
 * on as descriptor 3.
 * @throws Error with what the tool says; its code is ENOSPC for a full disk, PCH_CONFLICT for what is mounted
 */
export function runTool(command: string, args: readonly string[], handle?: number): void {
  const { status, signal, stderr, error } = spawnSync(
    'setpriv',
    ['--pdeathsig', 'KILL', '--', command, ...args],
    { stdio: ['ignore', 'ignore', 'pipe', ...(handle === undefined ? [] : [handle])] },
  );
  if (error) throw error;
  if (status === 0) return;
  const text = stderr.toString().trim().slice(0, shownBytes);
  throw Object.assign(new Error(text || `${command} ended with ${status ?? signal}`), { code: codeOf(text) });
}

/** Of what the tools say in the C locale. */
function codeOf(text: string): string | undefined {
  if (/no space left on device|quota exceeded/i.test(text)) return 'ENOSPC';
  return /on a different device|resource busy/i.test(text) ? 'PCH_CONFLICT' : undefined;
}
