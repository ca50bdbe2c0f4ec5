/**
 * Calls the taps of hooks that concern one container. A tap that fails under `degrade` marks the container, whatever
 * the kind of its hook is.
 */
import type { HookPoint } from '../../../hooks/defineHook.ts';
import type { ContainerRecord } from '../../../hooks/engine.ts';
import { messageOf } from '../../../hooks/errors.ts';
import type { Degradation } from '../../../hooks/plan.ts';
import type { EngineContext } from './engineContext.ts';
import { keepRecord } from './keepRecord.ts';
import { markDegraded } from './noteOutcome.ts';

/** Calls the taps of an apply hook. Returns whether the container's marks have changed: then the caller saves it. */
export async function applyTaps<Input>(
  { generations, log }: Pick<EngineContext, 'generations' | 'log'>,
  record: ContainerRecord,
  point: HookPoint<Input>,
  input: Input,
): Promise<boolean> {
  const degraded = await generations.use(({ runner }) => runner.apply(point, input, { log }));
  return markDegraded(record, point.name, degraded);
}

/** Calls the taps of an observe hook, in the background. */
export function observeTaps<Input>(
  engine: EngineContext,
  record: ContainerRecord,
  point: HookPoint<Input>,
  input: Input,
): void {
  const { generations, log } = engine;
  const onEnd = (degraded: Degradation[]) => {
    if (markDegraded(record, point.name, degraded)) void saveMarks(engine, record);
  };
  generations.current.runner.observe(point, input, { log, onEnd });
}

/** Saves a container whose marks have changed outside of a verb that saves it. */
export async function saveMarks(engine: EngineContext, record: ContainerRecord): Promise<void> {
  const { locks, log, store } = engine;
  const save = async () => {
    if (store.has(record.id)) await keepRecord(engine, record);
  };
  await locks.run(record.id, 'save', save).catch((error: unknown) => {
    log.error('the marks of a container are not saved', { container: record.id, error: messageOf(error) });
  });
}
