import type { AgentChange } from '../../../client/wire.ts';
import { dearest } from './applies.ts';
import { type Difference, differences } from './differences.ts';

interface Naming {
  applies(difference: Difference): AgentChange['Applies'];
  /** `FILE:LINE` of an option. */
  originOf(option: string): string | undefined;
  /** The option and the keys within it. */
  optionOf(difference: Difference): readonly string[];
  /** Whether the values are not shown. */
  isSecret?(difference: Difference): boolean;
  /** The value of a field as its option has it; default: as it is. */
  wordOf?(path: readonly string[], value: unknown): unknown;
}

export const masked = '********';

/** The differences of two objects, by the options that their declaration has. */
export function changesOf(before: unknown, after: unknown, naming: Naming): AgentChange[] {
  const changes = differences(before, after).map((difference): AgentChange => {
    const [option = '', ...keys] = naming.optionOf(difference);
    const origin = naming.originOf(option);
    const isSecret = naming.isSecret?.(difference) ?? false;
    const shown = (value: unknown) =>
      isSecret ? masked : naming.wordOf ? naming.wordOf(difference.path, value) : value;
    return {
      Field: [option, ...keys].join('.'),
      ...('before' in difference && { From: shown(difference.before) }),
      ...('after' in difference && { To: shown(difference.after) }),
      ...(origin !== undefined && { Origin: origin }),
      Applies: naming.applies(difference),
    };
  });
  return merged(changes);
}

/** One option may be of several fields: a secret variable, and that it is secret. It is one change. */
function merged(changes: readonly AgentChange[]): AgentChange[] {
  const byField = new Map<string, AgentChange>();
  for (const change of changes) {
    const other = byField.get(change.Field);
    const Applies = other ? dearest([other.Applies, change.Applies]) : change.Applies;
    byField.set(change.Field, { ...(other ?? change), Applies });
  }
  return [...byField.values()];
}
