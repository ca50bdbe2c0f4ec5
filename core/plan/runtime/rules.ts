import type { RuntimeRule } from '../../../config/types.ts';
import type { ContainerDraft } from '../../../hooks/draft.ts';
import { matchesCondition } from '../../contract/matchesCondition.ts';

/** Index of the first rule of `runtime.rules` that fits; -1 if none does. */
export function fittingRule(draft: ContainerDraft, rules: readonly RuntimeRule[]): number {
  return rules.findIndex(({ when }) => matchesCondition(draft, when));
}
