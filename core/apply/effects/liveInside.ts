/** What effects have in common that change a running container. */
import { hasCode, PouchError } from '../../../hooks/errors.ts';
import type { FieldPath } from '../../../hooks/fields.ts';

/** By the errno: the problem, and what to do. */
export type Reasons = Readonly<Record<string, [problem: string, hint: string]>>;

export interface Attempt {
  /** As part of a sentence: `mount /srv on /data of web`. */
  what: string;
  /** Of the request. */
  field: FieldPath;
  reasons: Reasons;
}

/** What the kernel has refused. @returns PCH_OPTION_INVALID, or the error of a worker */
export function explained(error: unknown, { what, field, reasons }: Attempt): unknown {
  if (error instanceof PouchError) return error;
  const { code = '', message } = error as NodeJS.ErrnoException;
  const [problem, hint] = reasons[code] ?? [message, 'see the log of pouchd'];
  return new PouchError('PCH_OPTION_INVALID', `cannot ${what}: ${problem}`, { field, hint });
}

/** A container that has ended meanwhile has nothing left to undo. */
export async function unlessEnded(undo: Promise<unknown>): Promise<void> {
  await undo.catch((error: unknown) => {
    if (!hasCode(error, 'PCH_CONTAINER_NOT_RUNNING')) throw error;
  });
}
