import type { ContainerRecord } from '../../../hooks/engine.ts';
import type { ContainerRequest } from '../../../hooks/request.ts';
import { catalogue } from '../../../hooks/catalogue.ts';
import {
  type PlannedCreate,
  Planner,
  type PlannerOptions,
  type PlanningOptions,
} from '../../plan/Planner.ts';
import type { Generation } from '../../plugins/index.ts';
import { rootKeyOf } from '../../contract/rootKey.ts';
import { planWithRoot, withRoot } from '../roots/changeRoot.ts';
import { keptContext } from '../shared/keptContext.ts';
import type { EngineContext } from '../shared/engineContext.ts';

/** Plans the container's request now, for the container that exists, and abandons the plan if `use` fails with it. */
export async function withNewPlan<T>(
  engine: EngineContext,
  record: ContainerRecord,
  generation: Generation,
  { use, ...planning }: PlanningOptions & { use(planned: PlannedCreate): Promise<T> },
): Promise<T> {
  const planned = await planAgain(engine, record, generation, planning);
  try {
    return await use(planned);
  } catch (error) {
    planned.abandon();
    throw error;
  }
}

/** The plan that the container's request gets now, for the container that exists. Changes nothing. */
async function planAgain(
  engine: EngineContext,
  record: ContainerRecord,
  generation: Generation,
  planning: PlanningOptions,
): Promise<PlannedCreate> {
  const { id, draft } = record;
  const planner = new Planner(optionsFor(engine, record));
  const request = withoutLostProfiles(record.request, generation);
  try {
    return keepingRoot(await planner.plan({ id, name: draft.name }, request, generation, planning), record);
  } finally {
    if (draft.uidMappings.length === 0) engine.userRanges.release(id);
  }
}

/** The request of a record has what its profiles have added: it does not need those that are gone. */
function withoutLostProfiles(request: ContainerRequest, { profiles }: Generation): ContainerRequest {
  if (request.profiles === undefined) return request;
  return { ...request, profiles: request.profiles.filter((name) => profiles.has(name)) };
}

/** Its root file system is that of a snapshot or an upgrade. */
function keepingRoot(planned: PlannedCreate, record: ContainerRecord): PlannedCreate {
  const key = rootKeyOf(record);
  return { ...planWithRoot(planned, key), draft: withRoot({ ...record, draft: planned.draft }, key).draft };
}

/** It keeps its host ids, which are not free, and its image, unless that was resolved without a plugin. */
function optionsFor({ plannerOptions }: EngineContext, record: ContainerRecord): PlannerOptions {
  const { draft, degraded } = record;
  const { request } = plannerOptions;
  const isResolved = degraded.every(({ hook }) => hook !== catalogue.image.resolve.name);
  const ownImage: PlannerOptions['image'] = async (_ref, platform) => {
    const source = await plannerOptions.image(draft.image.id, platform);
    const image = { ...source.image, reference: draft.image.reference };
    return { ...source, image, blame: [], degraded: [] };
  };
  return {
    ...plannerOptions,
    ...(isResolved && { image: ownImage }),
    request: keptContext(request, draft),
  };
}
