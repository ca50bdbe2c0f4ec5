import { catalogue } from '../../hooks/catalogue.ts';
import type { ContainerRecord, UpdateRequest } from '../../hooks/engine.ts';
import { messageOf, PouchError } from '../../hooks/errors.ts';
import type { BlameEntry } from '../../hooks/plan.ts';
import type { Ledger } from '../apply/Ledger.ts';
import { readHostLimits } from '../plan/clamp/index.ts';
import { type PlannedUpdate, planUpdate } from '../plan/update/planUpdate.ts';
import { diff } from '../plugins/draft/diff.ts';
import type { Generation } from '../plugins/index.ts';
import { updateSpec } from '../state/planFiles.ts';
import { emitContainer, type Kernel, withLedger, underLock } from './kernel.ts';
import { machineWarnings } from './machineLimits.ts';
import { requireOf } from './requireFeature.ts';
import { wantsRestart } from './restartPolicy.ts';

type Annotations = ContainerRecord['draft']['annotations'];

/** Key of the effect that an update under way has in the journal. */
const limitsKey = 'update.limits';

/** New limits and restart policy. A failure leaves the old ones, in the record and in the kernel. */
export async function update(
  kernel: Kernel,
  record: ContainerRecord,
  request: UpdateRequest,
): Promise<{ warnings: string[] }> {
  return await underLock(kernel, record, 'update', () =>
    kernel.generations.use(async (generation) => {
      checkUpdatable(record);
      const planned = await planUpdate(record, request, generation, {
        log: kernel.log,
        host: readHostLimits(),
        look: (path, what) => kernel.files.look(path, what),
      });
      const { resources, restart } = record.draft;
      const isLive = ['running', 'paused'].includes(record.state.status);
      await apply(kernel, record, planned);
      const reached = isLive ? await machineWarnings(kernel, record, resources.memory?.limit) : [];
      await heedPolicy(kernel, record);
      announce(kernel, record, generation, { resources, restart });
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

async function apply(kernel: Kernel, record: ContainerRecord, planned: PlannedUpdate): Promise<void> {
  const { id, draft } = record;
  const isLive = ['running', 'paused'].includes(record.state.status);
  const hasNewLimits = diff(draft.resources, planned.draft.resources).length > 0;
  if (isLive && hasNewLimits) await requireOf(kernel, record, 'liveUpdate');
  const annotations = await annotationsFor(kernel, record, planned.draft.resources);
  await withLedger(kernel, id, async (ledger) => {
    await ledger.begin('update');
    const args = { id, from: draft.resources, to: planned.draft.resources };
    try {
      if (isLive && hasNewLimits)
        await ledger.apply({ [limitsKey]: { kind: 'limits', stage: 'start', args } }, kernel.shutdown);
      await keep(kernel, record, planned, annotations);
    } catch (error) {
      await settled(kernel, record, ledger);
      throw error;
    }
    await ledger.release(limitsKey);
    await ledger.commit();
  });
}

/** With the record the update has happened: before that it is taken back, after that it holds. */
async function keep(
  kernel: Kernel,
  record: ContainerRecord,
  planned: PlannedUpdate,
  annotations: Annotations,
): Promise<void> {
  const { resources, restart } = planned.draft;
  const changed = {
    request: planned.request,
    draft: { ...record.draft, resources, restart, annotations },
    updates: lastOfEach([...(record.updates ?? []), ...planned.blame]),
  };
  await updateSpec({ ...record, ...changed });
  await kernel.store.save({ ...record, ...changed });
  Object.assign(record, changed);
}

/** An update of the restart policy alone does not ask the runtime. */
async function annotationsFor(
  { generations }: Kernel,
  { draft }: ContainerRecord,
  resources: ContainerRecord['draft']['resources'],
): Promise<Annotations> {
  if (diff(draft.resources, resources).length === 0) return draft.annotations;
  const runtime = generations.current.runtimes.get(draft.runtime);
  return (await runtime?.resizedAnnotations?.(draft, resources)) ?? draft.annotations;
}

/** A container that is updated for years does not gather blame: each field's last change in each hook. */
function lastOfEach(blame: BlameEntry[]): BlameEntry[] {
  return [...new Map(blame.map((entry) => [`${entry.hook} ${entry.plugin} ${entry.field}`, entry])).values()];
}

/** An update that was cut off or has failed: kernel and spec get what the record says. */
export async function settleUpdate(kernel: Kernel, record: ContainerRecord): Promise<void> {
  await withLedger(kernel, record.id, (ledger) => settled(kernel, record, ledger));
}

async function settled(kernel: Kernel, record: ContainerRecord, ledger: Ledger): Promise<void> {
  try {
    await ledger.revert(limitsKey);
    await updateSpec(record);
    await ledger.commit();
  } catch (error) {
    // It stays on the books: the container's stop, or the next start of the daemon, comes back to it.
    kernel.log.error('an update was not taken back', { container: record.id, error: messageOf(error) });
  }
}

/** One that waits for its restart by a policy that it has no more. */
async function heedPolicy(kernel: Kernel, record: ContainerRecord): Promise<void> {
  if (record.state.status !== 'restarting' || wantsRestart(record)) return;
  kernel.restarts.cancel(record.id);
  record.state.status = 'exited';
  await kernel.store.save(record);
}

function announce(
  kernel: Kernel,
  record: ContainerRecord,
  { runner }: Generation,
  before: Pick<ContainerRecord['draft'], 'resources' | 'restart'>,
): void {
  emitContainer(kernel, 'update', record);
  const netns = record.draft.namespaces.network ?? '';
  runner.observe(catalogue.container.postUpdate, { container: record, netns, before }, { log: kernel.log });
}
