/** Several containers in one virtual machine (`vmOf`): it ends with the container that it began with. */
import type { ContainerRecord } from '../../../hooks/engine.ts';
import { PouchError } from '../../../hooks/errors.ts';
import { field } from '../../../hooks/fields.ts';
import { checkRuns } from '../../plan/request/machine.ts';
import type { EngineContext } from '../shared/engineContext.ts';
import { isUp } from '../../state/status.ts';

/**
 * Runs `work`, the start of a container, while the VM that it goes into cannot be stopped. The caller holds the
 * container's lock; the holder of a VM's lock never waits for one of its containers.
 * @throws PCH_CONTAINER_NOT_FOUND, PCH_CONTAINER_NOT_RUNNING
 */
export async function inItsVm<T>(
  { store, locks }: EngineContext,
  { draft: { vmOf } }: ContainerRecord,
  work: () => Promise<T>,
): Promise<T> {
  if (vmOf === undefined) return await work();
  if (!store.has(vmOf)) throw gone(vmOf);
  return await locks.run(vmOf, 'start a container in its VM', async () => {
    if (!store.has(vmOf)) throw gone(vmOf);
    checkRuns(store.get(vmOf));
    return await work();
  });
}

/** Refuses to end a VM in which other containers run. @throws PCH_CONFLICT */
export function refuseWithGuests({ store }: EngineContext, { id, name }: ContainerRecord): void {
  const guests = store
    .list()
    .filter((record) => record.draft.vmOf === id && isUp(record))
    .map((guest) => guest.name);
  if (guests.length > 0)
    throw new PouchError(
      'PCH_CONFLICT',
      `the virtual machine of ${name} has other running containers: ${guests.join(', ')}`,
      { container: id, hint: `pouch stop ${guests.join(' ')}, then try again` },
    );
}

function gone(id: string): PouchError {
  return new PouchError(
    'PCH_CONTAINER_NOT_FOUND',
    `the container ${id.slice(0, 12)}, in whose virtual machine this one runs, is gone`,
    { hint: `recreate it with another ${field('vmOf')}` },
  );
}
