import { PouchError } from '../../../hooks/errors.ts';

/** What was asked for cannot be: `message` says what was expected and found, `hint` what to do. */
export function invalid(message: string, hint: string): PouchError {
  return new PouchError('PCH_OPTION_INVALID', message, { hint });
}
