import { statSync } from 'node:fs';
import { FileSafety, messageOf, ownUsers, PouchError } from '../../hooks/index.ts';

/**
 * Checks that a script can be run, and that nobody but root and the user of pouchd can change it.
 * @returns its path without links
 * @throws PCH_SCRIPT_FAILED, PCH_PLUGIN_UNSAFE
 */
export function checkProgram(path: string): string {
  const program = resolved(path);
  const stats = statSync(program);
  if (!stats.isFile()) throw unusable(path, 'it is not a regular file', `fix its \`path\` in pouchd.yaml`);
  if ((stats.mode & 0o111) === 0) throw unusable(path, 'it is not executable', `chmod +x ${path}`);
  return program;
}

function resolved(path: string): string {
  try {
    return new FileSafety(path, ownUsers(), 'pouchd runs it as root').check(path);
  } catch (error) {
    if (error instanceof PouchError) throw error;
    const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    throw unusable(
      path,
      isMissing ? 'it does not exist' : messageOf(error),
      'create it, or fix its `path` in pouchd.yaml',
    );
  }
}

function unusable(path: string, problem: string, hint: string): PouchError {
  return new PouchError('PCH_SCRIPT_FAILED', `the script ${path} cannot be run: ${problem}`, { hint });
}
