import type { ContainerRecord } from '../../hooks/engine.ts';
import type { Effect, EffectStage } from '../../hooks/effects.ts';

/** A container's planned effects of one stage, by key. */
export function effectsOf(record: ContainerRecord, stage: EffectStage): Record<string, Effect> {
  return Object.fromEntries(
    Object.entries(record.draft.effects).filter(([, effect]) => effect.stage === stage),
  );
}
