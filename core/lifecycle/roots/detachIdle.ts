import type { ContainerRecord } from '../../../hooks/engine.ts';
import { messageOf } from '../../../hooks/errors.ts';
import { otherRoots, rootKeyOf } from '../../contract/rootKey.ts';
import { isUp } from '../../state/status.ts';
import type { EngineContext } from '../shared/engineContext.ts';

/**
 * Detaches the disks of root file systems that the container does not use now: each would hold a loop device. Never
 * throws: one that stays attached goes with its root file system. The caller holds the container's lock.
 */
export async function detachIdle(engine: EngineContext, record: ContainerRecord): Promise<void> {
  if (record.draft.diskQuota === undefined) return;
  const isUsed = isUp(record) || engine.prepared.has(record.id);
  const idle = [...otherRoots(record), ...(isUsed ? [] : [rootKeyOf(record)])];
  for (const key of idle)
    await engine.disks.detach(key).catch((error: unknown) => {
      engine.log.warn('a disk stays attached', { container: record.id, error: messageOf(error) });
    });
}
