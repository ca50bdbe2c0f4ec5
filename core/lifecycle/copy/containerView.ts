/** How a copy sees the files of a container. */
import { join } from 'node:path';
import type { ContainerRecord } from '../../../hooks/engine.ts';
import { isVolumeDriverEffect } from '../../../hooks/draftKeys.ts';
import { PouchError } from '../../../hooks/errors.ts';
import type { OciSpec } from '../../../hooks/oci.ts';
import { layerOf } from '../../apply/RootDisks.ts';
import { rootKeyOf } from '../../contract/rootKey.ts';
import type { ContainerView, ViewMount } from '../../files/protocol.ts';
import { storedSpecOf } from '../../state/planFiles.ts';
import { isUp } from '../../state/status.ts';
import { withMappedProcess } from '../../userns/userNamespace.ts';
import { detachIdle } from '../roots/detachIdle.ts';
import { settleCutOff } from '../roots/settleRoots.ts';
import { type EngineContext, underLock } from '../shared/engineContext.ts';
import { notRunning } from '../task/refusals.ts';
import { isVm } from '../vm/isVm.ts';

type Work<T> = (view: ContainerView, signal: AbortSignal) => Promise<T>;

/**
 * Runs a copy of a container. One that runs is seen through its init, and its lock stays free; of one that does not,
 * the root file system is mounted by the worker, and the container cannot start meanwhile.
 * @throws PCH_CONFLICT, PCH_RUNTIME_CANNOT
 */
export async function withContainerView<T>(
  engine: EngineContext,
  record: ContainerRecord,
  signal: AbortSignal | undefined,
  work: Work<T>,
): Promise<T> {
  checkState(record);
  const run = (view: ContainerView) => engine.copies.run(record.id, signal, (ended) => work(view, ended));
  if (isUp(record))
    return await engine.operations.run('copy', record.id, () => run(viewOfInit(engine, record)));
  return await underLock(engine, record, 'copy', async () => {
    if (isUp(record)) return await run(viewOfInit(engine, record));
    return await withStoredView(engine, record, { isWritable: true }, run);
  });
}

/**
 * Runs an export: the root file system without what is mounted over it, as it is at the moment.
 * @throws PCH_CONFLICT
 */
export async function withRootView<T>(
  engine: EngineContext,
  record: ContainerRecord,
  signal: AbortSignal | undefined,
  work: Work<T>,
): Promise<T> {
  checkState(record);
  const run = (view: ContainerView) => engine.copies.run(record.id, signal, (ended) => work(view, ended));
  const bare = () => withStoredView(engine, record, { isWritable: false }, run);
  if (isUp(record)) return await engine.operations.run('export', record.id, bare);
  return await underLock(engine, record, 'export', bare);
}

function viewOfInit(engine: EngineContext, record: ContainerRecord): ContainerView {
  if (isVm(engine, record))
    throw new PouchError(
      'PCH_RUNTIME_CANNOT',
      `${record.name} is a virtual machine, whose files the host does not see`,
      { container: record.id, hint: `stop it first, or use pouch exec ${record.name} with tar` },
    );
  const init = engine.inits.get(record.id);
  if (!init) throw notRunning(record);
  return { init };
}

async function withStoredView<T>(
  engine: EngineContext,
  record: ContainerRecord,
  { isWritable }: { isWritable: boolean },
  work: (view: ContainerView) => Promise<T>,
): Promise<T> {
  if (!isUp(record)) await settleCutOff(engine, record);
  const { uidMappings, gidMappings, rootfs } = record.draft;
  try {
    const [snapshot] = await engine.disks.mounts(rootKeyOf(record));
    const mounts = isWritable ? mountsOf(record, await storedSpecOf(record)) : [];
    const scratch = join(engine.config.state, 'copy');
    const view = { snapshot: snapshot!, mounts, isWritable, isReadonly: rootfs.readonly, scratch };
    const ids = { uidMappings, gidMappings };
    if (!isWritable || uidMappings.length === 0) return await work({ ...view, ...ids, userns: null });
    // As the effect `idmap` does: one that never ran has a layer of the host's root.
    if (snapshot?.type === 'overlay')
      await engine.files.ownRoot(
        { path: layerOf([snapshot]), ...ids },
        `the root file system of ${record.name}`,
      );
    return await withMappedProcess(uidMappings, gidMappings, (userns) => work({ ...view, ...ids, userns }));
  } finally {
    if (!isUp(record)) await detachIdle(engine, record);
  }
}

/** Files and directories of the host that the runtime would bind, the outermost first. */
function mountsOf({ draft }: ContainerRecord, { mounts }: OciSpec): ViewMount[] {
  const driven = JSON.stringify(
    Object.entries(draft.effects)
      .filter(([key]) => isVolumeDriverEffect(key))
      .map(([, { args }]) => args),
  );
  const isBind = ({ type, options = [] }: OciSpec['mounts'][number]) =>
    type === 'bind' || options.some((option) => option === 'bind' || option === 'rbind');
  return mounts
    .filter(isBind)
    .map(({ source = '', destination: target }) => {
      const own = draft.mounts[target]?.options ?? ['ro'];
      const isAbsent = driven.includes(JSON.stringify(source));
      return { source, target, options: isAbsent ? [...own, 'absent'] : own };
    })
    .filter(({ options }) => !options.includes('late'))
    .sort((a, b) => a.target.split('/').length - b.target.split('/').length);
}

function checkState({ id, name, state }: ContainerRecord): void {
  const { status } = state;
  if (status !== 'removing' && status !== 'dead') return;
  throw new PouchError('PCH_CONFLICT', `cannot copy files of ${name}: it is ${status}`, {
    container: id,
    hint: `pouch rm -f ${name}`,
  });
}
