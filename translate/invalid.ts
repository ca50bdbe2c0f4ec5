import type { PouchError } from '../hooks/index.ts';
import type { ApiField } from './names/fieldNames.ts';
import { MemberError } from './MemberError.ts';

/** Writes a member of a body into a message: {@link inNamesOf} replaces it for users of a command. */
export function member(name: ApiField): string {
  return `\`${name}\``;
}

/** Returns the error for an invalid option: `HostConfig.Binds: expected …, found "…"`. */
export function invalid(name: ApiField, expected: string, found: unknown, hint?: string): PouchError {
  const shown = typeof found === 'string' ? `"${found}"` : (JSON.stringify(found) ?? 'nothing');
  return new MemberError(
    'PCH_OPTION_INVALID',
    name,
    `${member(name)}: expected ${expected}, found ${shown.slice(0, 200)}`,
    hint,
  );
}
