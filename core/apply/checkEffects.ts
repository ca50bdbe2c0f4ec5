/** What would fail when effects are applied, as far as it can be known before. */
import type { ContainerDraft } from '../../hooks/draft.ts';
import { withDeadline } from '../wait/deadline.ts';
import { failuresOf } from '../wait/failuresOf.ts';
import { lateEffect, notApplied, unknownKind } from './effectErrors.ts';
import type { KindLookup } from './Ledger.ts';

/** Milliseconds that one check may take: longer than `files.timeout`, whose error says more. */
const checkDeadlineMs = 60_000;

interface CheckOptions {
  kinds: Pick<KindLookup, 'toApply'>;
  signal: AbortSignal;
  /** Leaves out the checks of the kinds, which look at the host. */
  offline: boolean;
}

/** Checks the effects of a planned container side by side. Resolves to the errors, in the order of the effects. */
export async function checkEffects(
  draft: ContainerDraft,
  { kinds, signal, offline }: CheckOptions,
): Promise<unknown[]> {
  const checks = Object.entries(draft.effects).map(async ([key, effect]) => {
    const kind = kinds.toApply(effect.kind);
    if (!kind) throw unknownKind(key, effect.kind, 'applied');
    const { check } = kind;
    if (offline || !check) return;
    const late = () => lateEffect(kind, checkDeadlineMs);
    await withDeadline({ ms: checkDeadlineMs, late, signal }, (within) =>
      check(effect.args, { draft, signal: within }),
    ).catch(async (error: unknown) => {
      throw await notApplied(key, effect, kind, error);
    });
  });
  return await failuresOf(checks);
}
