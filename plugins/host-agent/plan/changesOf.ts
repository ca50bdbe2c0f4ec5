import type { AgentChange } from '../../../client/wire.ts';
import { type Difference, differences } from './differences.ts';

interface Naming {
  applies(difference: Difference): AgentChange['Applies'];
  /** `FILE:LINE` of an option. */
  originOf(option: string): string | undefined;
  /** The option and the keys within it by the path of a field. */
  optionOf(path: readonly string[]): readonly string[];
  /** Whether the value of a field is not shown. */
  isSecret?(path: readonly string[]): boolean;
}

export const masked = '********';

/** The differences of two objects, by the options that their declaration has. */
export function changesOf(before: unknown, after: unknown, naming: Naming): AgentChange[] {
  return differences(before, after).map((difference) => {
    const [option = '', ...keys] = naming.optionOf(difference.path);
    const origin = naming.originOf(option);
    const isSecret = naming.isSecret?.(difference.path) ?? false;
    return {
      Field: [option, ...keys].join('.'),
      ...('before' in difference && { From: isSecret ? masked : difference.before }),
      ...('after' in difference && { To: isSecret ? masked : difference.after }),
      ...(origin !== undefined && { Origin: origin }),
      Applies: naming.applies(difference),
    };
  });
}
