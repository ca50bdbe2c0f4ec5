import { PouchError } from '../../../../hooks/index.ts';

/** Returns the error for an invalid option: `HostConfig.Binds: expected …, found "…"`. */
export function invalid(field: string, expected: string, found: unknown, hint?: string): PouchError {
  const shown = typeof found === 'string' ? `"${found}"` : (JSON.stringify(found) ?? 'nothing');
  return new PouchError(
    'PCH_OPTION_INVALID',
    `${field}: expected ${expected}, found ${shown.slice(0, 200)}`,
    { hint },
  );
}
