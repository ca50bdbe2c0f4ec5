/** Whether containers that an apply has changed stay up. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Client, ContainerInspect } from '../../client/index.ts';

/** A container that ends at once does so within this. */
const settleMs = 2_000;
const pauseMs = 250;
const longestMs = 5 * 60_000;

/**
 * Resolves once the containers are up: healthy if they have a health check, and neither restarting nor failed.
 * @returns what is wrong; undefined: they are up
 */
export async function untilUp(
  { containers }: Pick<Client, 'containers'>,
  names: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<string | undefined> {
  const started = performance.now();
  const first = new Map<string, number>();
  for (;;) {
    let isWaiting = names.size > 0 && performance.now() - started < settleMs;
    for (const name of names) {
      const found = await containers.inspect(name);
      if (!first.has(name)) first.set(name, found.RestartCount);
      const problem = problemOf(found, first.get(name) ?? 0);
      if (problem !== undefined) return `container ${name} ${problem}`;
      if (found.State.Health?.Status !== 'starting') continue;
      if (performance.now() - started > longestMs) return `container ${name} is not healthy after 5 minutes`;
      isWaiting = true;
    }
    if (!isWaiting) return undefined;
    await delay(pauseMs, undefined, { signal });
  }
}

function problemOf({ State, RestartCount }: ContainerInspect, restarts: number): string | undefined {
  const { Status, ExitCode, Health } = State;
  if (Health?.Status === 'unhealthy') return 'is unhealthy';
  if (Status === 'restarting' || RestartCount > restarts)
    return `restarts again and again: exit code ${ExitCode}`;
  return Status === 'exited' && ExitCode !== 0 ? `has ended with exit code ${ExitCode}` : undefined;
}
