import { execa } from 'execa';
import { PouchError } from '../../../../hooks/errors.ts';

export interface ToolOutcome {
  /** -1 if a signal ended it. */
  exitCode: number;
  stdout: string;
  /** On one line. */
  problem: string;
}

/** Milliseconds. */
const standardTimeoutMs = 50_000;

/** A daemon's PATH may lack the directories of system programs. */
const path = '/usr/sbin:/sbin:/usr/bin:/bin';

/**
 * Runs a program of the host, which ends with pouchd: one that outlives it could change the host after the undo.
 * Resolves for any exit code.
 * @throws PCH_TOOL_MISSING
 */
export async function runTool(
  file: string,
  args: readonly string[],
  { signal, timeoutMs = standardTimeoutMs }: { signal: AbortSignal; timeoutMs?: number },
): Promise<ToolOutcome> {
  const {
    exitCode = -1,
    stdout,
    stderr,
    timedOut,
  } = await execa('setpriv', ['--pdeathsig', 'KILL', '--', file, ...args], {
    cancelSignal: signal,
    env: { PATH: path, LC_ALL: 'C' },
    extendEnv: false,
    forceKillAfterDelay: 500,
    maxBuffer: 4 * 1024 * 1024,
    reject: false,
    stdin: 'ignore',
    timeout: timeoutMs,
  });
  signal.throwIfAborted();
  // setpriv(1): the program could not be executed.
  if (exitCode === 127)
    throw new PouchError('PCH_TOOL_MISSING', `${file} cannot be executed: ${oneLine(stderr)}`, {
      hint: `install the package of the host that has ${file}`,
    });
  const problem = timedOut ? `it did not end within ${timeoutMs / 1000} s` : oneLine(stderr);
  return { exitCode, stdout, problem: problem || `exit code ${exitCode}` };
}

function oneLine(text: string): string {
  return text
    .trim()
    .replace(/\s*\n\s*/g, '; ')
    .slice(0, 400);
}

/** @throws PCH_EFFECT_FAILED unless the tool succeeded */
export function requireSuccess({ exitCode, problem }: ToolOutcome, what: string, hint: string): void {
  if (exitCode !== 0) throw new PouchError('PCH_EFFECT_FAILED', `cannot ${what}: ${problem}`, { hint });
}
