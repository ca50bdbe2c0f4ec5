import type { ContainerRecord, PlanChange } from '../../../hooks/engine.ts';
import { PouchError } from '../../../hooks/errors.ts';
import type { VolumeRequest } from '../../../hooks/request.ts';
import { effectsOf } from '../../apply/effectsOf.ts';
import { draftDifferences } from '../../plan/draftDifferences.ts';
import { type PlannedCreate, Planner, type PlanningOptions } from '../../plan/Planner.ts';
import type { Generation } from '../../plugins/index.ts';
import { planWithRoot, withRoot } from '../roots/changeRoot.ts';
import type { EngineContext } from '../shared/engineContext.ts';
import { anonymousVolumes, keptContext } from '../shared/keptContext.ts';

export interface PlannedUpgrade {
  planned: PlannedCreate;
  changes: PlanChange[];
}

/** The plan that the container's request gets with another image. Changes nothing. */
export async function planUpgrade(
  engine: EngineContext,
  record: ContainerRecord,
  { image, root }: { image: string; root: string },
  generation: Generation,
  planning: PlanningOptions,
): Promise<PlannedUpgrade> {
  const { id, draft, request } = record;
  const { plannerOptions } = engine;
  const planner = new Planner({ ...plannerOptions, request: keptContext(plannerOptions.request, draft) });
  const wanted = { ...request, image, volumes: withOwnVolumes(record) };
  try {
    const made = await planner.plan({ id, name: draft.name }, wanted, generation, planning);
    const planned = {
      ...planWithRoot(made, root),
      draft: withRoot({ ...record, draft: made.draft }, root).draft,
    };
    checkPlan(record, planned);
    const changes = draftDifferences(draft, planned.draft, planned.blame).filter(isOfPlan);
    return { planned, changes: changes.map((change) => ({ ...change, applies: 'start' })) };
  } finally {
    if (draft.uidMappings.length === 0) engine.userRanges.release(id);
  }
}

/** The image itself is not a field that the plan changes. */
function isOfPlan({ field }: PlanChange): boolean {
  return !/^(image|effects\.snapshot)\b/.test(field);
}

/** Those that only the image before declares stay mounted. */
function withOwnVolumes({ draft, request }: ContainerRecord): VolumeRequest[] {
  const asked = request.volumes ?? [];
  const isAsked = (path: string) => asked.some(({ destination }) => destination === path);
  const own = anonymousVolumes(draft).filter(({ destination }) => !isAsked(destination));
  return [...asked, ...own.map(({ destination }) => ({ kind: 'volume' as const, destination }))];
}

/** @throws PCH_UPGRADE_REFUSED */
function checkPlan(record: ContainerRecord, planned: PlannedCreate): void {
  const lost = planned.degraded.find((now) => record.degraded.every(({ plugin }) => plugin !== now.plugin));
  if (lost)
    throw refused(
      record,
      `it would be planned without plugin ${lost.plugin}, which has planned it before: ${lost.message}`,
      `fix plugin ${lost.plugin}, then try again`,
    );
  const [old, now] = [effectsOf(record, 'create'), effectsOf({ ...record, draft: planned.draft }, 'create')];
  const fixed = Object.keys(old).filter((key) => now[key] && !isChangeable(old[key]!, now[key]));
  if (fixed.length === 0) return;
  throw refused(
    record,
    `only a new container can have the planned effects ${fixed.slice(0, 5).join(', ')}`,
    'remove it and create it again; its named volumes stay',
  );
}

type Effect = ReturnType<typeof effectsOf>[string];

/** An applied effect of the create cannot change. A volume stays as it is, whatever would fill it now. */
function isChangeable(old: Effect, now: Effect): boolean {
  if (old.kind === 'snapshot') return true;
  if (old.kind === 'volume') return old.args['name'] === now.args['name'];
  return old.kind === now.kind && JSON.stringify(old.args) === JSON.stringify(now.args);
}

export function refused({ id, name }: ContainerRecord, why: string, hint: string): PouchError {
  return new PouchError('PCH_UPGRADE_REFUSED', `${name} cannot be upgraded: ${why}`, { container: id, hint });
}
