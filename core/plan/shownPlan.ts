import type { Plan } from '../../hooks/plan.ts';
import type { Secrets } from '../secrets/Secrets.ts';

/** A plan from which nothing is created: it has no secrets. */
export function shownPlan(plan: Plan, secrets: Secrets): Plan {
  const { draft, spec, effects } = plan;
  return {
    ...plan,
    draft: secrets.data(draft, [], draft),
    spec: secrets.spec(spec, draft),
    effects: secrets.effects(effects, draft),
  };
}
