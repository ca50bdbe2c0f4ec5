import { PouchError } from './errors.ts';
import { field, type FieldPath } from './fields.ts';

/**
 * Returns the error for a value that cannot be used.
 * @param problem what was expected and what was found
 * @param hint what to do
 */
export function invalidField(path: FieldPath, problem: string, hint: string): PouchError {
  return new PouchError('PCH_OPTION_INVALID', `${field(path)}: ${problem}`, { field: path, hint });
}
