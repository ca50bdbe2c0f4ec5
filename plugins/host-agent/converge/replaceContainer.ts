/** Replaces a container by a new one of its name, and puts the old one back if the new one does not come up. */
import { type ContainerRecord, hasCode, messageOf, PouchError } from '../../../hooks/index.ts';
import { labels } from '../labels.ts';
import { nextName, previousName } from '../plan/names.ts';
import type { ContainerStep } from '../plan/step.ts';
import type { AgentContext } from './agentContext.ts';
import { createContainer } from './createContainer.ts';
import { untilUp } from './untilUp.ts';

/**
 * The new one is created beside the old one, so that most mistakes cost no downtime; then the old one stops, the names
 * change, and the new one starts. Killed at any point, the next call continues where this one was.
 * @throws PCH_AGENT_REPLACED with the reason: the old container is back
 */
export async function replaceContainer(context: AgentContext, step: ContainerStep): Promise<void> {
  const { containers } = context;
  const { name, digest } = step;
  const find = (ref: string) => ownOf(context, ref, name);
  let [current, next, previous] = [find(name), find(nextName(name)), find(previousName(name))];
  // The new one has the name already.
  if (!(current && previous)) {
    if (next && next.draft.labels[labels.declaration] !== digest) {
      await containers.remove(next.id, { force: true, volumes: true });
      next = undefined;
    }
    next ??= containers.inspect(await createContainer(context, step, nextName(name)));
    if (current) {
      await containers.stop(current.id);
      await containers.rename(current.id, previousName(name));
      previous = current;
    }
    await containers.rename(next.id, name);
    current = next;
  }
  try {
    await containers.start(current.id);
    await untilUp(context, current.id);
  } catch (error) {
    if (previous) await putBack(context, { name, failed: current, previous });
    throw replacedError(name, error, previous !== undefined);
  }
  // Its anonymous volumes stay: their data is in no other place.
  if (previous) await containers.remove(previous.id, { force: true });
}

async function putBack(
  { containers }: AgentContext,
  { name, failed, previous }: { name: string; failed: ContainerRecord; previous: ContainerRecord },
): Promise<void> {
  await containers.remove(failed.id, { force: true, volumes: true });
  await containers.rename(previous.id, name);
  await containers.start(previous.id);
}

function ownOf({ containers }: AgentContext, ref: string, name: string): ContainerRecord | undefined {
  const found = containers.list({ all: true }).find((record) => record.name === ref);
  if (!found || found.draft.labels[labels.declared] === name) return found;
  throw new PouchError(
    'PCH_NAME_IN_USE',
    `the name "${ref}" is that of a container that the agent has not made`,
    {
      hint: `rename it: the agent needs the name to replace ${name}`,
    },
  );
}

function replacedError(name: string, error: unknown, isBack: boolean): PouchError {
  const after = isBack ? '; the previous container runs again' : '';
  const hint = 'correct its declaration, or try again with `pouch apply`';
  if (hasCode(error, 'PCH_CANCELLED')) throw error;
  return new PouchError(
    'PCH_AGENT_REPLACE_FAILED',
    `the new container ${name} did not come up: ${messageOf(error)}${after}`,
    {
      hint,
      cause: error,
    },
  );
}
