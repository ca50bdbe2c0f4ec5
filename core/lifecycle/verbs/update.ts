import { catalogue } from '../../../hooks/catalogue.ts';
import type { ContainerRecord, UpdateRequest } from '../../../hooks/engine.ts';
import type { UpdateDraft } from '../../../hooks/points/container.ts';
import { diskSizeKey, limitsKey } from '../../../hooks/draftKeys.ts';
import { messageOf, PouchError } from '../../../hooks/errors.ts';
import type { BlameEntry, Degradation } from '../../../hooks/plan.ts';
import type { Ledger } from '../../apply/Ledger.ts';
import { readHostLimits } from '../../plan/clamp/index.ts';
import { type PlannedUpdate, planUpdate } from '../../plan/update/planUpdate.ts';
import { diff } from '../../plugins/draft/diff.ts';
import { updateSpec } from '../../state/planFiles.ts';
import { emitContainer, type EngineContext, withLedger, underLock } from '../shared/engineContext.ts';
import { observeTaps } from '../shared/containerHooks.ts';
import { markDegraded } from '../shared/noteOutcome.ts';
import { vmMemoryWarnings } from '../vm/memoryWarnings.ts';
import { requireOf } from '../task/requireFeature.ts';
import { wantsRestart } from '../exits/restartPolicy.ts';
import { isUp } from '../../state/status.ts';

type Annotations = ContainerRecord['draft']['annotations'];

/**
 * New limits, restart policy, labels, annotations and variables. A failure leaves the old ones, in the record and in
 * the kernel.
 */
export async function update(
  engine: EngineContext,
  record: ContainerRecord,
  request: UpdateRequest,
): Promise<{ warnings: string[] }> {
  return await underLock(engine, record, 'update', () =>
    engine.generations.use(async (generation) => {
      checkUpdatable(record);
      const planned = await planUpdate(record, request, generation, {
        log: engine.log,
        host: readHostLimits(),
        look: (path, what) => engine.files.look(path, what),
      });
      const { resources, restart } = record.draft;
      const isLive = isUp(record);
      await apply(engine, record, planned);
      const reached = isLive ? await vmMemoryWarnings(engine, record, resources.memory?.limit) : [];
      if (diff(restart, record.draft.restart).length > 0) await heedPolicy(engine, record);
      announce(engine, record, { resources, restart });
      return {
        warnings: [
          ...planned.degraded.map(({ plugin, message }) => `without plugin ${plugin}: ${message}`),
          ...planned.warnings,
          ...reached,
        ],
      };
    }),
  );
}

function checkUpdatable({ id, name, state }: ContainerRecord): void {
  if (state.status !== 'removing' && state.status !== 'dead') return;
  throw new PouchError('PCH_CONFLICT', `cannot update ${name}: it is ${state.status}`, {
    container: id,
    hint: `pouch rm -f ${name}`,
  });
}

/** Changes of a container that runs which were planned by other means than an update. */
export interface LiveChanges extends Pick<ContainerRecord['draft'], 'resources' | 'restart'> {
  readonly more: Partial<ContainerRecord['draft']>;
  readonly blame: BlameEntry[];
  /** All of its marks, and what its inspect warns of. */
  readonly degraded: Degradation[];
  readonly warnings: string[];
}

/** Applies them as an update is. The caller holds the container's lock. */
export async function applyLive(
  engine: EngineContext,
  record: ContainerRecord,
  { resources, restart, more, blame, degraded, warnings }: LiveChanges,
): Promise<void> {
  const before = record.draft;
  const { labels, annotations, process } = { ...before, ...more };
  const draft = { container: record.id, resources, restart, labels, annotations, process };
  const { request } = record;
  await apply(engine, record, { draft, request, more, blame, degraded, marks: { degraded, warnings } });
  if (diff(before.restart, restart).length > 0) await heedPolicy(engine, record);
}

/** What is applied of an update. */
interface Applied extends Omit<PlannedUpdate, 'warnings'> {
  /** Other fields of the draft. */
  readonly more?: Partial<ContainerRecord['draft']>;
  /** In the place of all that the container has. */
  readonly marks?: Pick<ContainerRecord, 'degraded' | 'warnings'>;
}

async function apply(engine: EngineContext, record: ContainerRecord, planned: Applied): Promise<void> {
  const { id, draft } = record;
  const isLive = isUp(record);
  const hasNewLimits = diff(draft.resources, planned.draft.resources).length > 0;
  if (isLive && hasNewLimits) await requireOf(engine, record, 'liveUpdate');
  const annotations = await annotationsFor(engine, record, planned.draft);
  await withLedger(engine, id, async (ledger) => {
    await ledger.begin('update');
    const { diskQuota: bytes } = planned.draft;
    const hasLiveDevices = Object.values(ledger.effects()).some(({ kind }) => kind === 'live-device');
    const args = { id, from: draft.resources, to: planned.draft.resources, hasLiveDevices };
    try {
      if (isLive && hasNewLimits)
        await ledger.apply({ [limitsKey]: { kind: 'limits', stage: 'start', args } }, engine.shutdown);
      if (bytes !== undefined && bytes !== draft.diskQuota)
        await ledger.apply(
          { [diskSizeKey]: { kind: 'disk-size', stage: 'start', args: { bytes } } },
          engine.shutdown,
        );
      await keep(engine, record, planned, annotations);
    } catch (error) {
      await settled(engine, record, ledger);
      throw error;
    }
    for (const key of [limitsKey, diskSizeKey]) await ledger.release(key);
    await ledger.commit();
  });
}

/** With the record the update has happened: before that it is taken back, after that it holds. */
async function keep(
  engine: EngineContext,
  record: ContainerRecord,
  planned: Applied,
  annotations: Annotations,
): Promise<void> {
  const { resources, restart, diskQuota, labels, process } = planned.draft;
  const changed = {
    request: planned.request,
    draft: {
      ...record.draft,
      ...planned.more,
      ...(diskQuota !== undefined && withQuota(record.draft, diskQuota)),
      resources,
      restart,
      labels,
      annotations,
      process: { ...record.draft.process, env: process.env },
    },
    degraded: record.degraded,
    ...planned.marks,
    updates: lastOfEach([...(record.updates ?? []), ...engine.secrets.blame(planned.blame, record.draft)]),
  };
  if (!planned.marks) markDegraded(changed, catalogue.container.preUpdate.name, planned.degraded);
  engine.secrets.note(changed.draft);
  await updateSpec({ ...record, ...changed });
  await engine.store.save({ ...record, ...changed });
  Object.assign(record, changed);
}

function withQuota(
  { effects }: ContainerRecord['draft'],
  diskQuota: number,
): Pick<ContainerRecord['draft'], 'diskQuota' | 'effects'> {
  const snapshot = effects['snapshot']!;
  const changed = { ...snapshot, args: { ...snapshot.args, quota: diskQuota } };
  return { diskQuota, effects: { ...effects, snapshot: changed } };
}

/** An update of the restart policy alone does not ask the runtime. */
async function annotationsFor(
  { generations }: EngineContext,
  { draft }: ContainerRecord,
  { resources, annotations }: UpdateDraft,
): Promise<Annotations> {
  if (diff(draft.resources, resources).length === 0) return annotations;
  const runtime = generations.current.runtimes.get(draft.runtime);
  return (await runtime?.resizedAnnotations?.({ ...draft, annotations }, resources)) ?? annotations;
}

/** A container that is updated for years does not gather blame: each field's last change in each hook. */
function lastOfEach(blame: BlameEntry[]): BlameEntry[] {
  return [...new Map(blame.map((entry) => [`${entry.hook} ${entry.plugin} ${entry.field}`, entry])).values()];
}

/** An update that was cut off or has failed: kernel and spec get what the record says. */
export async function settleUpdate(engine: EngineContext, record: ContainerRecord): Promise<void> {
  await withLedger(engine, record.id, (ledger) => settled(engine, record, ledger));
}

async function settled(engine: EngineContext, record: ContainerRecord, ledger: Ledger): Promise<void> {
  try {
    for (const key of [limitsKey, diskSizeKey]) await ledger.revert(key);
    await updateSpec(record);
    await ledger.commit();
  } catch (error) {
    // It stays on the books: the container's stop, or the next start of the daemon, comes back to it.
    engine.log.error('an update was not taken back', { container: record.id, error: messageOf(error) });
  }
}

/** One that waits for its restart by a policy that it has no more. */
async function heedPolicy(engine: EngineContext, record: ContainerRecord): Promise<void> {
  if (record.state.status !== 'restarting' || wantsRestart(record)) return;
  engine.restarts.cancel(record.id);
  record.state.status = 'exited';
  await engine.store.save(record);
}

function announce(
  engine: EngineContext,
  record: ContainerRecord,
  before: Pick<ContainerRecord['draft'], 'resources' | 'restart'>,
): void {
  emitContainer(engine, 'update', record);
  const netns = record.draft.namespaces.network ?? '';
  observeTaps(engine, record, catalogue.container.postUpdate, { container: record, netns, before });
}
