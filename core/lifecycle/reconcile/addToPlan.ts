/** Adds one thing to the plan of a container that exists: a mount, a device, a published port. */
import type { ContainerRecord } from '../../../hooks/engine.ts';
import type { ContainerRequest } from '../../../hooks/request.ts';
import type { PlannedCreate } from '../../plan/Planner.ts';
import { type Generation, isWithin } from '../../plugins/index.ts';
import { emitContainer, type EngineContext, underLock } from '../shared/engineContext.ts';
import { withNewPlan } from './planAgain.ts';
import { type ReplaceOptions, replacePlan } from './replacePlan.ts';

interface Addition {
  /** The name of the operation. */
  verb: string;
  /** Fields of the plan that are of it: their blame is added. */
  field: string;
  /** Throws what refuses it. */
  check(): void;
  /** The container's request with it. */
  request(): ContainerRequest;
  /**
   * The container's plan with it. Of the plan that the request gets now only the addition is taken, as plugins may plan
   * other things than when the container was created.
   */
  plan(full: PlannedCreate, generation: Generation): Promise<PlannedCreate>;
  /** Effects by which a container that runs gets it. */
  live(planned: PlannedCreate, generation: Generation): Promise<ReplaceOptions> | ReplaceOptions;
  /** Reported when it is done. */
  event: readonly [action: string, attributes: Record<string, string>];
}

/**
 * All plugins plan the container with the addition, and may refuse it. A failure leaves the container as it was.
 * Resolves to the warnings that are new.
 */
export async function addToPlan(
  engine: EngineContext,
  record: ContainerRecord,
  addition: Addition,
): Promise<{ warnings: string[] }> {
  return await underLock(engine, record, addition.verb, () =>
    engine.generations.use(async (generation) => {
      addition.check();
      const { warnings: before } = record;
      const request = addition.request();
      const { warnings } = await withNewPlan(engine, { ...record, request }, generation, {
        use: (full) => replaceWith(engine, record, { addition, full: { ...full, request } }, generation),
      });
      emitContainer(engine, addition.event[0], record, addition.event[1]);
      return { warnings: warnings.filter((warning) => !before.includes(warning)) };
    }),
  );
}

async function replaceWith(
  engine: EngineContext,
  record: ContainerRecord,
  { addition, full }: { addition: Addition; full: PlannedCreate },
  generation: Generation,
): Promise<PlannedCreate> {
  const planned = await addition.plan(full, generation);
  planned.blame = [...planned.blame, ...full.blame.filter(({ field }) => isWithin(field, addition.field))];
  planned.warnings = [...new Set([...record.warnings, ...full.warnings])];
  planned.abandon = full.abandon;
  const options = await addition.live(planned, generation);
  await replacePlan(engine, record, planned, record.degraded, options);
  return planned;
}
