/** The files of a runtime that root starts or reads: nobody else may be able to change them. */
import { messageOf, PouchError } from '../../../hooks/errors.ts';
import { FileSafety, ownUsers } from '../../../hooks/FileSafety.ts';
import type { RuntimeProgram } from '../../../hooks/runtimeProgram.ts';
import { findBinary } from '../../../hooks/runtimes/findBinary.ts';
import { shimExecutable } from '../../../hooks/runtimes/shimExecutable.ts';

/** The program of a runtime on this host; undefined for a shim that is not installed. */
export async function programFile({ binary, shim }: RuntimeProgram): Promise<string | undefined> {
  return shim === undefined ? binary : await findBinary(shimExecutable(shim));
}

/** Why root cannot use a file, and the command that fixes it; undefined if nothing is wrong, or nothing exists. */
export function problemOfFile(path: string): string | undefined {
  try {
    new FileSafety(path, ownUsers(), 'root would use it').check(path);
    return undefined;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    const hint = error instanceof PouchError && error.hint !== undefined ? `: ${error.hint}` : '';
    return messageOf(error) + hint;
  }
}
