import { ClientError, type ContainerWaitResponse } from '../../client/index.ts';
import { reportError } from '../reportError.ts';
import type { Session } from '../Session.ts';

/** The exit code of a container that had started. An error says why that code is not its command's; it is printed. */
export function exitCodeOf(
  { terminal }: Session,
  { StatusCode, Error: reason }: ContainerWaitResponse,
): number {
  if (reason?.Message) reportError(new ClientError('', reason.Message), terminal);
  return StatusCode;
}
