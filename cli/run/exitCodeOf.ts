import { ClientError, type ContainerWaitResponse } from '../../client/index.ts';
import { reportError } from '../reportError.ts';
import type { Session } from '../Session.ts';

/**
 * Returns the exit code of a container that had started, and prints the error if the code is not that of its command.
 */
export function exitCodeOf(
  { terminal }: Session,
  { StatusCode, Error: reason }: ContainerWaitResponse,
): number {
  if (reason?.Message) reportError(new ClientError('', reason.Message), terminal);
  return StatusCode;
}
