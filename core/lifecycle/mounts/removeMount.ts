import { posix } from 'node:path';
import type { ContainerRecord } from '../../../hooks/engine.ts';
import { PouchError } from '../../../hooks/errors.ts';
import { liveMountKey } from '../../../hooks/draftKeys.ts';
import type { PlannedCreate } from '../../plan/Planner.ts';
import { formatPath, isWithin } from '../../plugins/index.ts';
import { storedPlanOf } from '../../state/planFiles.ts';
import { isUp } from '../../state/status.ts';
import { replacePlan } from '../reconcile/replacePlan.ts';
import { emitContainer, type EngineContext, underLock } from '../shared/engineContext.ts';
import { effectsOfMount } from './effectsOfMount.ts';
import { checkChangeable, refuseVm } from '../shared/changeable.ts';

/**
 * Takes a mount that was asked for away: at once in a container that runs, and from its next start on. Data stays. A
 * call that was cut off can be repeated.
 * @throws PCH_MOUNT_NOT_FOUND, PCH_MOUNT_BUSY
 */
export async function removeMount(
  engine: EngineContext,
  record: ContainerRecord,
  path: string,
  { force = false }: { force?: boolean },
): Promise<void> {
  const destination = posix.resolve('/', path);
  await underLock(engine, record, 'unmount', async () => {
    checkChangeable(record, 'mounts');
    if (!isAsked(record, destination)) throw notFound(record, destination);
    if (isUp(record)) {
      refuseVm(engine, record, 'mounts');
      await unmountInside(engine, record, destination, force);
    }
    const planned = await planWithout(record, destination);
    await replacePlan(engine, record, planned, record.degraded, {
      gone: ofRun(record, planned, destination),
    });
    emitContainer(engine, 'unmount', record, { destination });
  });
}

/** Not those of Pouch, of plugins, and of the image. */
function isAsked({ request, draft }: ContainerRecord, destination: string): boolean {
  const { volumes = [] } = request;
  return destination in draft.mounts && volumes.some((one) => isOn(one.destination, destination));
}

function isOn(asked: string, destination: string): boolean {
  return posix.resolve('/', asked) === destination;
}

async function unmountInside(
  engine: EngineContext,
  record: ContainerRecord,
  target: string,
  force: boolean,
): Promise<void> {
  const init = engine.inits.get(record.id);
  if (!init) return;
  try {
    await engine.files.unbindInside({ name: record.name, init }, { target, force });
  } catch (error) {
    throw (error as NodeJS.ErrnoException).code === 'EBUSY' ? busy(record, target) : error;
  }
}

async function planWithout(record: ContainerRecord, destination: string): Promise<PlannedCreate> {
  const stored = await storedPlanOf(record);
  const { draft, request } = record;
  const { [destination]: _mount, ...mounts } = draft.mounts;
  const isGone = effectsOfMount(draft, destination);
  const mountField = formatPath(['mounts', destination]);
  const effects = Object.fromEntries(Object.entries(draft.effects).filter(([key]) => !isGone(key)));
  const idmap = effects['idmap'];
  if (idmap) {
    const { [destination]: _source, ...sources } = idmap.args['sources'] as Record<string, string>;
    const needs = idmap.needs?.filter((key) => !isGone(key)) ?? [];
    effects['idmap'] = { ...idmap, args: { ...idmap.args, sources }, needs };
  }
  return {
    ...stored,
    request: {
      ...request,
      volumes: request.volumes?.filter((one) => !isOn(one.destination, destination)),
    },
    draft: { ...draft, mounts, effects },
    spec: {
      ...stored.spec,
      mounts: stored.spec.mounts.filter((one) => one.destination !== destination),
    },
    effects: stored.effects
      .filter(({ key }) => !isGone(key))
      .map((effect) => ({ ...effect, ...(effects[effect.key] ?? {}) })),
    blame: stored.blame.filter(({ field }) => !isWithin(field, mountField)),
    abandon: () => undefined,
  };
}

/** The effects of this run by which the container has the mount: needed last, so undone first. */
function ofRun({ draft }: ContainerRecord, planned: PlannedCreate, destination: string): string[] {
  const gone = Object.keys(draft.effects).filter((key) => !planned.draft.effects[key]);
  return [...gone.filter((key) => draft.effects[key]?.stage === 'start'), liveMountKey(destination)];
}

function notFound({ id, name }: ContainerRecord, destination: string): PouchError {
  return new PouchError(
    'PCH_MOUNT_NOT_FOUND',
    `the container ${name} was not given a mount on ${destination}`,
    { container: id, hint: `pouch mount ls ${name} lists its mounts` },
  );
}

function busy({ id, name }: ContainerRecord, destination: string): PouchError {
  return new PouchError('PCH_MOUNT_BUSY', `processes of ${name} use the mount on ${destination}`, {
    container: id,
    hint: 'end them, or force it: they keep what they have open',
  });
}
