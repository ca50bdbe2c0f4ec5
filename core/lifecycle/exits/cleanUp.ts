import { catalogue } from '../../../hooks/catalogue.ts';
import type { ContainerRecord } from '../../../hooks/engine.ts';
import { poststopKey } from '../../../hooks/draftKeys.ts';
import { messageOf, PouchError } from '../../../hooks/errors.ts';
import { networkAttachments } from '../../../hooks/networkAttachments.ts';
import type { Ledger } from '../../apply/Ledger.ts';
import { isDiskFull, withReserve } from '../../state/reserve.ts';
import { type EngineContext, withLedger } from '../shared/engineContext.ts';
import { applyTaps } from '../shared/containerHooks.ts';
import { emitVolumes } from '../shared/emitVolumes.ts';
import { keepRecord } from '../shared/keepRecord.ts';
import { emitNetwork } from '../shared/emitNetwork.ts';
import { undoStartEffects } from '../shared/undoStartEffects.ts';

/**
 * Calls the poststop taps, once per stop, and undoes the effects of the start. The caller holds the container's lock.
 */
export async function cleanUpLocked(engine: EngineContext, record: ContainerRecord): Promise<void> {
  const { copies, generations, operations } = engine;
  // They hold the root file system, and the mounts in it are gone.
  await copies.end(record.id, endedMeanwhile(record));
  const cleanUp = () =>
    withLedger(engine, record.id, async (ledger) => {
      const hasEffects = ledger.pending('start').length > 0;
      // Attachments without effects: the last daemon ended before it had called the taps of network.postDetach.
      if (hasEffects || networkAttachments(record).length > 0) {
        await ledger.begin('stop');
        // The exit code is on the disk before the task, which knows it too, is gone.
        await keep(engine, record);
        const moment = { container: record, netns: record.draft.namespaces.network ?? '' };
        // One that was prepared and never started has not stopped either.
        const hasRun = record.state.startedAt !== '';
        if (hasEffects && hasRun)
          await ledger.once(poststopKey, 'start', async () => {
            await applyTaps(engine, record, catalogue.container.poststop, moment);
          });
        await undoStart(engine, record, ledger);
        if (hasRun) emitVolumes(engine, 'unmount', record);
        for (const { network } of networkAttachments(record))
          emitNetwork(engine, 'disconnect', record, network);
        record.attachments = {};
        await keep(engine, record);
        await ledger.commit();
      }
    });
  await operations.uncancelled(() => generations.use(cleanUp));
}

function endedMeanwhile({ id, name }: ContainerRecord): PouchError {
  return new PouchError('PCH_CONFLICT', `${name} has ended while its files were copied`, {
    container: id,
    hint: 'copy again: the files of a container that does not run can be copied, too',
  });
}

/** The record of one that is about to be removed need not reach the disk. */
async function keep(engine: EngineContext, record: ContainerRecord): Promise<void> {
  if (!record.draft.autoRemove) await keepRecord(engine, record);
}

/** What a full disk leaves of it is undone by the container's next start or removal, or the next daemon. */
async function undoStart(engine: EngineContext, record: ContainerRecord, ledger: Ledger): Promise<void> {
  await withReserve(engine.config.root, () => undoStartEffects(engine, record, ledger)).catch(
    (error: unknown) => {
      if (!isDiskFull(error)) throw error;
      engine.log.error('disk full: the clean-up after a container is incomplete', {
        container: record.id,
        error: messageOf(error),
      });
    },
  );
}
