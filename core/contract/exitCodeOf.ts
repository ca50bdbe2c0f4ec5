import { PouchError } from '../../hooks/errors.ts';

/** 126 and more are those of shells and signals. */
const mostExitCode = 125;

/**
 * The exit code that a verb has returned.
 * @throws PCH_PLUGIN_CONTRACT for something else
 */
export function exitCodeOf(returned: unknown, verb: string): number {
  const code = returned ?? 0;
  if (Number.isInteger(code) && (code as number) >= 0 && (code as number) <= mostExitCode)
    return code as number;
  const found = typeof code === 'object' ? 'an object' : String(code).slice(0, 100);
  throw new PouchError(
    'PCH_PLUGIN_CONTRACT',
    `verb ${verb} returned ${found}; expected an exit code from 0 to ${mostExitCode}, or nothing`,
  );
}
