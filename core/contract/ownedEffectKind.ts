import type { EffectKind } from '../../hooks/effectKind.ts';
import type { Effect } from '../../hooks/effects.ts';

/** An effect kind and the plugin that contributes it; the core's own have none. */
export interface OwnedEffectKind extends EffectKind {
  readonly plugin?: string;
}

/** A plugin that fails to describe an effect must not hide why its undo has failed. */
export function sentenceOf(kind: OwnedEffectKind, args: Effect['args']): string {
  try {
    return kind.describe(args);
  } catch {
    return kind.kind;
  }
}
