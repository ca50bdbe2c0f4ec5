/** The wait for a container's end after SIGKILL. */
import type { ContainerRecord } from '../../../hooks/engine.ts';
import { PouchError } from '../../../hooks/errors.ts';

/** After SIGKILL the kernel needs milliseconds, unless a process is stuck in it. */
export const killDeadlineMs = 10_000;

export function stuck({ id, name }: ContainerRecord): PouchError {
  return new PouchError('PCH_DEADLINE', `${name} did not end within ${killDeadlineMs / 1000} s of SIGKILL`, {
    container: id,
    hint: 'a process is stuck in the kernel, often on storage that does not respond; see its state: pouch top',
  });
}
