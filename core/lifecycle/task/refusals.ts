/** Errors of verbs that the state of the container does not allow. */
import type { ContainerRecord } from '../../../hooks/engine.ts';
import { PouchError } from '../../../hooks/errors.ts';

export function notRunning({ id, name }: ContainerRecord): PouchError {
  return new PouchError('PCH_CONTAINER_NOT_RUNNING', `the container ${name} is not running`, {
    container: id,
    hint: `start it: pouch start ${name}`,
  });
}

export function paused({ id, name }: ContainerRecord): PouchError {
  return new PouchError('PCH_CONFLICT', `the container ${name} is paused`, {
    container: id,
    hint: `pouch unpause ${name}`,
  });
}
