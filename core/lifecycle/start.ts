import type { ContainerRecord } from '../../hooks/engine.ts';
import { messageOf, PouchError } from '../../hooks/errors.ts';
import { catalogue } from '../../hooks/catalogue.ts';
import { networkAttachments } from '../../hooks/networkAttachments.ts';
import { runtimeError } from '../apply/effects/runtimeError.ts';
import { effectsOf } from '../apply/effectsOf.ts';
import type { Ledger } from '../apply/Ledger.ts';
import { identify } from '../supervise/processIdentity.ts';
import { etcPaths, hostsFile } from '../plan/etcFiles.ts';
import type { Generation } from '../plugins/index.ts';
import { checkRestorable, forgetWork, restoreError, restoring } from './checkpoint/restore.ts';
import { watchExit } from './exit.ts';
import { isUp, removeLocked } from './remove.ts';
import { initPid } from './initPid.ts';
import { inItsMachine } from './machine.ts';
import { emitContainer, type Kernel, withLedger, underLock } from './kernel.ts';

export interface StartOptions {
  /** Name of one of its checkpoints. */
  checkpoint?: string;
}

/** Starts a container; succeeds at once if it runs. */
export async function start(
  kernel: Kernel,
  record: ContainerRecord,
  options: StartOptions = {},
): Promise<void> {
  if (options.checkpoint === undefined) kernel.restarts.cancel(record.id);
  await underLock(kernel, record, 'start', async () => {
    if (options.checkpoint !== undefined) await checkRestorable(kernel, record, options.checkpoint);
    kernel.restarts.cancel(record.id);
    try {
      await startLocked(kernel, record, options);
    } catch (error) {
      if (record.draft.autoRemove && !isUp(record)) await removeLocked(kernel, record, { volumes: true });
      throw error;
    }
  });
}

/** The caller holds the container's lock. */
export async function startLocked(
  kernel: Kernel,
  record: ContainerRecord,
  { checkpoint }: StartOptions = {},
): Promise<void> {
  if (record.state.status === 'running') return;
  checkStartable(record);
  await inItsMachine(kernel, record, () => startPrepared(kernel, record, checkpoint));
}

async function startPrepared(
  kernel: Kernel,
  record: ContainerRecord,
  checkpoint: string | undefined,
): Promise<void> {
  await kernel.generations.use((generation) =>
    withLedger(kernel, record.id, async (ledger) => {
      kernel.files.warm();
      // What is there else is left of an undo that failed: the same call works once its cause is mended.
      if (!kernel.prepared.delete(record.id)) await ledger.undo('start');
      await ledger.begin('start');
      try {
        await applyStart(kernel, record, ledger, generation, checkpoint);
      } catch (error) {
        await undoStart(kernel, record, ledger, error);
        throw error;
      }
      await ledger.commit();
    }),
  );
}

async function applyStart(
  kernel: Kernel,
  record: ContainerRecord,
  ledger: Ledger,
  generation: Generation,
  checkpoint: string | undefined,
): Promise<void> {
  await checkSources(kernel, record);
  await ledger.apply(restoring(effectsOf(record, 'start'), checkpoint), kernel.shutdown);
  record.attachments = ledger.results();
  const moment = { container: record, netns: record.draft.namespaces.network ?? '' };
  await tellOwnName(kernel, record);
  await generation.runner.apply(catalogue.container.prestart, moment, { log: kernel.log });
  const pid = await startTask(kernel, record, checkpoint);
  setRunning(kernel, record, await initPid(kernel, record, pid), new Date().toISOString());
  kernel.attachPoints.started(record.id);
  emitContainer(kernel, 'start', record);
  watchExit(kernel, record);
  await kernel.store.save(record);
  generation.runner.observe(catalogue.container.poststart, moment, { log: kernel.log });
}

/** The runtime would hang where a source does, and could not be ended. What is missing it reports itself. */
async function checkSources(kernel: Kernel, { draft, paths }: ContainerRecord): Promise<void> {
  const sources = Object.values(draft.mounts)
    .filter(({ type, source }) => type === 'bind' && !source.startsWith(paths.directory))
    .map(({ source }) => source);
  await kernel.files.checkResponds(sources, (path) => `the bind source ${path}`);
}

async function startTask(
  kernel: Kernel,
  record: ContainerRecord,
  checkpoint: string | undefined,
): Promise<number> {
  const deadlineMs = kernel.config.runtime.startTimeout;
  try {
    return await kernel.client.tasks.start(record.id, '', { deadlineMs });
  } catch (error) {
    if (checkpoint === undefined) throw runtimeError(error, record, deadlineMs);
    throw await restoreError(error, kernel, record, checkpoint);
  } finally {
    if (checkpoint !== undefined) await forgetWork(record, checkpoint);
  }
}

/** The address is known only now; the file is rewritten in place, as it is bind-mounted. */
async function tellOwnName(kernel: Kernel, record: ContainerRecord): Promise<void> {
  const networks = networkAttachments(record);
  if (networks.length === 0 || record.draft.mounts[etcPaths.hosts]) return;
  await kernel.files.overwrite(
    record.paths.hosts,
    hostsFile(record.draft, await kernel.hostFiles(), networks),
  );
}

/** The caller knows that the process lives; the identity keeps others from taking its place in /proc. */
export function setRunning(kernel: Kernel, record: ContainerRecord, pid: number, startedAt: string): void {
  const init = identify(pid);
  if (init) kernel.inits.set(record.id, init);
  record.stoppedByUser = false;
  Object.assign(record.state, {
    status: 'running',
    pid,
    startedAt,
    error: '',
    exitCode: 0,
    oomKilled: false,
    finishedAt: '',
  });
}

async function undoStart(
  kernel: Kernel,
  record: ContainerRecord,
  ledger: Ledger,
  cause: unknown,
): Promise<void> {
  await ledger.undo('start').catch((error: unknown) => {
    kernel.log.error('undo of a failed start', { container: record.id, error: messageOf(error) });
  });
  const exitCode = startExitCode(cause);
  record.attachments = {};
  const status = record.state.startedAt === '' ? 'created' : 'exited';
  Object.assign(record.state, { status, pid: 0, error: messageOf(cause), exitCode });
  kernel.attachPoints.gone(record.id, cause);
  kernel.exits.settle('exit', record.id, { exitCode, error: messageOf(cause) });
  await kernel.store.save(record);
  await ledger.commit();
}

/** Docker's exit codes of a container whose command could not be run. */
function startExitCode(cause: unknown): number {
  const code = cause instanceof PouchError ? cause.code : '';
  if (code === 'PCH_COMMAND_NOT_FOUND') return 127;
  return code === 'PCH_COMMAND_NOT_EXECUTABLE' ? 126 : 128;
}

function checkStartable({ state, name }: ContainerRecord): void {
  if (state.status === 'paused')
    throw new PouchError('PCH_CONFLICT', `the container ${name} is paused`, {
      hint: `pouch unpause ${name}`,
    });
  if (state.status === 'removing' || state.status === 'dead')
    throw new PouchError('PCH_CONFLICT', `the container ${name} is ${state.status}: it cannot be started`, {
      hint: `pouch rm -f ${name}`,
    });
}
