import type { PlannedEffectWire } from '../../client/index.ts';

/** Sorts effects in the order of their application: by stage, needed ones first; otherwise the order is kept. */
export function orderEffects(effects: PlannedEffectWire[]): PlannedEffectWire[] {
  const byKey = new Map(effects.map((effect) => [effect.key, effect]));
  const ordered = new Set<PlannedEffectWire>();
  const visiting = new Set<PlannedEffectWire>();
  const visit = (effect: PlannedEffectWire) => {
    if (visiting.has(effect)) return;
    visiting.add(effect);
    for (const key of effect.needs ?? []) {
      const needed = byKey.get(key);
      if (needed?.stage === effect.stage) visit(needed);
    }
    ordered.add(effect);
  };
  for (const stage of ['create', 'start']) effects.filter((effect) => effect.stage === stage).forEach(visit);
  return [...ordered];
}
