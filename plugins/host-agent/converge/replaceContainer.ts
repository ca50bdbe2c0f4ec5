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
 * change, and the new one starts. With `start-first` the old one stops once the new one is up. Killed at any point, the
 * next call continues where this one was.
 * @throws PCH_AGENT_REPLACE_FAILED with the reason: the old container is back
 */
export async function replaceContainer(context: AgentContext, step: ContainerStep): Promise<void> {
  const { containers } = context;
  const { name, declared } = step;
  const found = (ref: string) => ownOf(context, ref, name);
  let [current, previous] = [found(name), found(previousName(name))];
  // With both, the new one has the name already.
  if (!current || !previous) {
    const next = await nextOf(context, step);
    if (declared?.update.order === 'start-first' && current) await startFirst(context, step, next);
    if (current) {
      await containers.stop(current.id);
      await containers.rename(current.id, previousName(name));
      previous = current;
    }
    await containers.rename(next.id, name);
    current = next;
  }
  // Its schedule starts it.
  if (declared?.schedule === undefined) await comeUp(context, step, { current, previous });
  // Its anonymous volumes stay: their data is in no other place.
  if (previous) await containers.remove(previous.id, { force: true });
}

/** The new container beside the old one, which an earlier call may have created. */
async function nextOf(context: AgentContext, step: ContainerStep): Promise<ContainerRecord> {
  const { containers } = context;
  const next = ownOf(context, nextName(step.name), step.name);
  const isAsDeclared = next?.draft.labels[labels.declaration] === step.digest;
  // Its tag may be that of another image by now.
  if (next && isAsDeclared && (await isOfImage(context, next))) return next;
  if (next) await containers.remove(next.id, { force: true, volumes: true });
  return containers.inspect(await createContainer(context, step, nextName(step.name)));
}

async function isOfImage({ images }: AgentContext, { request, draft }: ContainerRecord): Promise<boolean> {
  return (await images.get(request.image)).id === draft.image.id;
}

/** A new one that does not come up leaves the old one untouched. */
async function startFirst(context: AgentContext, { name, declared }: ContainerStep, next: ContainerRecord) {
  try {
    await startOnce(context, next);
    await untilUp(context, next.id, declared?.update.deadlineMs);
  } catch (error) {
    if (hasCode(error, 'PCH_CANCELLED')) throw error;
    await context.containers.remove(next.id, { force: true, volumes: true });
    throw replacedError(name, error, 'the previous container still runs');
  }
}

async function comeUp(
  context: AgentContext,
  { name, declared }: ContainerStep,
  { current, previous }: { current: ContainerRecord; previous: ContainerRecord | undefined },
): Promise<void> {
  try {
    await startOnce(context, current);
    await untilUp(context, current.id, declared?.update.deadlineMs);
  } catch (error) {
    // The next pouchd continues.
    if (hasCode(error, 'PCH_CANCELLED')) throw error;
    if (previous) await putBack(context, { name, failed: current, previous });
    throw replacedError(name, error, previous && 'the previous container runs again');
  }
}

async function startOnce({ containers }: AgentContext, { id }: ContainerRecord): Promise<void> {
  if (containers.inspect(id).state.status !== 'running') await containers.start(id);
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

function replacedError(name: string, error: unknown, after: string | undefined): PouchError {
  const message = `the new container ${name} did not come up: ${messageOf(error)}${after === undefined ? '' : `; ${after}`}`;
  return new PouchError('PCH_AGENT_REPLACE_FAILED', message, {
    hint: 'correct its declaration, or try again with `pouch apply`',
    cause: error,
  });
}
