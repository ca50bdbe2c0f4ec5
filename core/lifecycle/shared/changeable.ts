/** Containers whose mounts, devices or ports cannot be changed. */
import type { ContainerRecord } from '../../../hooks/engine.ts';
import { PouchError } from '../../../hooks/errors.ts';
import type { EngineContext } from '../shared/engineContext.ts';
import { paused } from '../task/refusals.ts';
import { isVm } from '../vm/isVm.ts';

/** @throws PCH_CONFLICT */
export function checkChangeable(record: ContainerRecord, what: string): void {
  const { id, name, state } = record;
  if (state.status === 'paused') throw paused(record);
  if (!['removing', 'dead', 'restarting'].includes(state.status)) return;
  const hint = state.status === 'restarting' ? 'try again once it runs, or stop it' : `pouch rm -f ${name}`;
  throw new PouchError('PCH_CONFLICT', `cannot change the ${what} of ${name}: it is ${state.status}`, {
    container: id,
    hint,
  });
}

/** @throws PCH_RUNTIME_CANNOT */
export function refuseVm(engine: EngineContext, record: ContainerRecord, what: string): void {
  if (!isVm(engine, record)) return;
  const { id, name } = record;
  throw new PouchError(
    'PCH_RUNTIME_CANNOT',
    `the ${what} of ${name} cannot change while it runs: it is a virtual machine`,
    { container: id, hint: `pouch stop ${name}` },
  );
}
