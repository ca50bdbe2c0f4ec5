import { ClientError, type ContainerInspect } from '../../client/index.ts';
import { conflictingOptions, exitCodes } from '../errors.ts';
import { reportError } from '../reportError.ts';
import { parseInteger } from '../../client/options/number.ts';
import type { RunFlags } from '../../client/options/runFlags.ts';
import type { Session } from '../Session.ts';

const defaultSeconds = 300;

/** Seconds that `run` waits for the boot; undefined if it does not wait. @throws PCH_OPTION_INVALID */
export function waitSeconds({ wait, waitTimeout, detach }: RunFlags): number | undefined {
  if (!wait && waitTimeout !== undefined)
    throw conflictingOptions('--wait-timeout is only for --wait', 'add --wait, or omit --wait-timeout');
  if (!wait) return undefined;
  if (!detach) throw conflictingOptions('--wait is only for -d', 'add -d, or omit --wait');
  if (waitTimeout === undefined) return defaultSeconds;
  return parseInteger('--wait-timeout', waitTimeout, { minimum: 1 });
}

/**
 * Waits until a container has booted. Prints why it has not, that a unit of it has failed, and what its services do
 * not get; it is left as it is.
 * @returns the exit code of the command
 */
export async function waitUntilReady(session: Session, id: string, seconds: number): Promise<number> {
  const { client, terminal } = session;
  const late = AbortSignal.timeout(seconds * 1000);
  const isReady = await client.containers
    .wait(id, 'ready', late)
    .then(async (outcome) => (await outcome()).StatusCode === 0)
    .catch((error: unknown) => {
      if (!late.aborted) throw error;
      return false;
    });
  const found = await client.containers.inspect(id);
  for (const warning of found.State.Readiness?.Warnings ?? []) session.warn(`WARNING: ${warning}`);
  if (isReady) return 0;
  reportError(notReady(found, seconds), terminal);
  return exitCodes.failure;
}

function notReady({ Name, State }: ContainerInspect, seconds: number): ClientError {
  const name = Name.replace(/^\//, '');
  const { State: state, FailedUnits = [], Reason } = State.Readiness ?? {};
  if (!State.Running)
    return unready(
      `${name} has ended with exit code ${State.ExitCode} before it was up`,
      `pouch logs ${name}`,
    );
  if (state === 'degraded')
    return unready(
      `${name} is up, and has failed: ${FailedUnits.join(', ')}`,
      hintOf(name, FailedUnits[0] ?? ''),
    );
  if (state === 'failed') return unready(`${name} has failed to boot: ${Reason ?? ''}`, `pouch logs ${name}`);
  return unready(`${name} is not up after ${seconds} s`, `it continues; \`pouch ps\` shows when it is up`);
}

/** Only units of systemd have a suffix. */
function hintOf(name: string, failed: string): string {
  const isUnit = /\.[a-z]+$/.test(failed);
  return isUnit ? `pouch exec ${name} systemctl status ${failed}` : `pouch logs ${name}`;
}

function unready(message: string, hint: string): ClientError {
  return new ClientError('PCH_CONTAINER_NOT_READY', message, { hint });
}
