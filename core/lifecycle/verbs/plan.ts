import { toPouchError } from '../../../hooks/errors.ts';
import type { CheckedPlan, PlanOptions } from '../../../hooks/plan.ts';
import type { ContainerRequest } from '../../../hooks/request.ts';
import { checkEffects } from '../../apply/checkEffects.ts';
import { shownPlan } from '../../plan/shownPlan.ts';
import { checkStorable } from '../../state/containerRecord.ts';
import type { Generation } from '../../plugins/index.ts';
import type { PlannedCreate } from '../../plan/Planner.ts';
import { failuresOf } from '../../wait/failuresOf.ts';
import { checkSources } from '../shared/checkSources.ts';
import type { EngineContext } from '../shared/engineContext.ts';
import { idFor, nameFor, newRecord } from './create.ts';

/** The pure half of a create, compared with the host: nothing changes. */
export async function plan(
  engine: EngineContext,
  request: ContainerRequest,
  options: PlanOptions = {},
): Promise<CheckedPlan> {
  const id = idFor(engine, request);
  try {
    return await engine.generations.use(async (generation) => {
      const name = nameFor(engine, request);
      const planned = await engine.planner.plan({ id, name }, request, generation, { isShown: true });
      const found = await errorsOf(engine, planned, options);
      return shown(engine, planned, found);
    }, withoutTaps(options.without));
  } finally {
    engine.userRanges.release(id);
  }
}

/** The generation without the taps of plugins; what else they provide, such as runtimes, stays. */
function withoutTaps(plugins: readonly string[] = []): (generation: Generation) => Generation {
  if (plugins.length === 0) return (generation) => generation;
  return (generation) => ({ ...generation, runner: generation.runner.without(new Set(plugins)) });
}

/** Nothing is created from it: it has no secrets. */
function shown(
  { secrets }: EngineContext,
  { request: _request, abandon: _abandon, ...planned }: PlannedCreate,
  found: unknown[],
): CheckedPlan {
  return {
    ...shownPlan(planned, secrets),
    findings: found.map((error) => toPouchError(secrets.error(error))),
  };
}

/** In the order in which a create and a start meet them. */
async function errorsOf(
  engine: EngineContext,
  planned: PlannedCreate,
  { offline = false }: PlanOptions,
): Promise<unknown[]> {
  const { store, effectKinds: kinds, shutdown: signal } = engine;
  const { draft } = planned;
  const record = newRecord(engine, planned);
  const own = await failuresOf([
    attempt(() => store.checkFree(draft.name)),
    attempt(() => checkStorable(record)),
    offline ? undefined : checkSources(engine, record),
  ]);
  return [...own, ...(await checkEffects(draft, { kinds, signal, offline }))];
}

async function attempt(check: () => void): Promise<void> {
  check();
}
