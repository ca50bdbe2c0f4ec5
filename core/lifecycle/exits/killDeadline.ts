/** The wait for a container's end after SIGKILL. */
import type { ContainerRecord } from '../../../hooks/engine.ts';
import { PouchError } from '../../../hooks/errors.ts';
import { killDeadlineMs } from '../../contract/signals.ts';

export function stuck({ id, name, damage }: ContainerRecord): PouchError {
  // A damaged container has no top.
  const more = damage ? '' : '; see its state: pouch top';
  return new PouchError('PCH_DEADLINE', `${name} did not end within ${killDeadlineMs / 1000} s of SIGKILL`, {
    container: id,
    hint: `a process is stuck in the kernel, often on storage that does not respond${more}`,
  });
}
