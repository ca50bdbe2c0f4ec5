import type { PouchError } from '../../../hooks/errors.ts';
import { clone, isRecord, setOwn } from '../draft/clone.ts';
import { type Change, diff } from '../draft/diff.ts';

/** What taps have made of a draft: their changes, or the error of the first one that failed. */
export type Planned = { readonly changes: readonly Change[] } | { readonly error: PouchError };

/** Where two plans differ: `before` has the values of the one that serves, `after` those of the shadow. */
export function differencesOf(
  draft: object,
  serving: readonly Change[],
  shadow: readonly Change[],
): Change[] {
  return diff(withChanges(draft, serving), withChanges(draft, shadow));
}

function withChanges(draft: object, changes: readonly Change[]): object {
  const result = clone(draft);
  for (const { path, after } of changes) setAt(result as Record<string, unknown>, path, after);
  return result;
}

function setAt(
  record: Record<string, unknown>,
  [name = '', ...rest]: readonly string[],
  value: unknown,
): void {
  if (rest.length > 0) {
    const inner = Object.hasOwn(record, name) ? record[name] : undefined;
    if (!isRecord(inner)) setOwn(record, name, {});
    setAt(record[name] as Record<string, unknown>, rest, value);
  } else if (value === undefined) delete record[name];
  else setOwn(record, name, value);
}
