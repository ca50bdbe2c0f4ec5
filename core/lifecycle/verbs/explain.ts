import type { TSchema } from '@sinclair/typebox';
import { ContainerDraft } from '../../../hooks/draft.ts';
import type { ContainerRecord, StoredPlan } from '../../../hooks/engine.ts';
import type { BlameEntry } from '../../../hooks/plan.ts';
import { formatPath, isWithin } from '../../plugins/index.ts';
import type { EngineContext } from '../shared/engineContext.ts';
import { storedPlanOf } from '../../state/planFiles.ts';

/**
 * Returns who has set which field of a container, or one field, its parts and what it is a part of. A field that nobody
 * has changed has the defaults as its author. A field that does not exist has no entry.
 */
export async function explain(
  { secrets }: EngineContext,
  record: ContainerRecord,
  field?: string,
): Promise<BlameEntry[]> {
  return secrets.blame(await blameOf(record, field), record.draft);
}

/** The stored plan without secrets. */
export async function shownPlan({ secrets }: EngineContext, record: ContainerRecord): Promise<StoredPlan> {
  const plan = await storedPlanOf(record);
  const { draft } = record;
  return {
    ...secrets.data(plan),
    spec: secrets.spec(plan.spec, draft),
    plainSpec: secrets.spec(plan.plainSpec, draft),
    effects: secrets.effects(plan.effects, draft),
    blame: secrets.blame(plan.blame, draft),
  };
}

async function blameOf(record: ContainerRecord, field: string | undefined): Promise<BlameEntry[]> {
  const { blame } = await storedPlanOf(record);
  if (!field) return blame;
  const found = blame.filter((entry) => isWithin(entry.field, field) || isWithin(field, entry.field));
  if (found.length > 0) return found;
  const untouched = find(field, record.draft, ContainerDraft);
  return untouched
    ? [{ field, plugin: 'core', hook: 'defaults', action: 'set', ms: 0, after: untouched.value }]
    : [];
}

/** The value of a field of the draft, if it has the field or its schema knows it. */
function find(
  field: string,
  value: unknown,
  schema?: TSchema,
  path: string[] = [],
): { value: unknown } | undefined {
  if (formatPath(path) === field) return { value };
  const values = typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};
  const schemas = (schema?.['properties'] ?? {}) as Record<string, TSchema>;
  const names = new Set([...Object.keys(values), ...Object.keys(schemas)]);
  for (const name of names) {
    const inner = [...path, name];
    if (!isWithin(field, formatPath(inner))) continue;
    const found = find(field, (values as Record<string, unknown>)[name], schemas[name], inner);
    if (found) return found;
  }
  return undefined;
}
