import type { EffectKind } from '../../hooks/effects.ts';

/** An effect kind and the plugin that contributes it; the core's own have none. */
export interface OwnedEffectKind extends EffectKind {
  readonly plugin?: string;
}
