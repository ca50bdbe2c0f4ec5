/** Replaces a container by a new one of its name, and puts the old one back if the new one does not come up. */
import {
  type ContainerRecord,
  type ContainerRequest,
  hasCode,
  messageOf,
  PouchError,
} from '../../../hooks/index.ts';
import { labels } from '../labels.ts';
import { nextName, previousName } from '../plan/names.ts';
import type { ContainerStep } from '../plan/step.ts';
import type { AgentContext } from './agentContext.ts';
import { createContainer } from './createContainer.ts';
import { untilUp } from './untilUp.ts';

type RestartPolicy = NonNullable<ContainerRequest['restart']>;

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
  let restart: RestartPolicy | undefined;
  // With both, the new one has the name already.
  if (!current || !previous) {
    const next = await nextOf(context, step);
    if (declared?.update.order === 'start-first' && current) await startFirst(context, step, next);
    if (current) {
      restart = await stopForGood(context, current);
      await containers.rename(current.id, previousName(name));
      previous = current;
    }
    await containers.rename(next.id, name);
    current = next;
  }
  // Its schedule starts it.
  if (declared?.schedule === undefined) await comeUp(context, step, { current, previous, restart });
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

/** The container that is replaced. */
interface Before {
  readonly previous: ContainerRecord | undefined;
  /** The policy that it gets again if it is put back. */
  readonly restart: RestartPolicy | undefined;
}

async function comeUp(
  context: AgentContext,
  { name, declared }: ContainerStep,
  { current, ...before }: { current: ContainerRecord } & Before,
): Promise<void> {
  try {
    await startOnce(context, current);
    await untilUp(context, current.id, declared?.update.deadlineMs);
  } catch (error) {
    // The next pouchd continues.
    if (hasCode(error, 'PCH_CANCELLED')) throw error;
    await putBack(context, { ...before, name, failed: current });
    throw replacedError(name, error, before.previous && 'the previous container runs again');
  }
}

async function startOnce({ containers }: AgentContext, { id }: ContainerRecord): Promise<void> {
  if (containers.inspect(id).state.status !== 'running') await containers.start(id);
}

/**
 * With the policy `always` the next pouchd would start it beside the new one. If this one is killed before it puts the
 * container back, the plan has the policy as a change: the mark says whose. Resolves to the policy that it had.
 */
async function stopForGood(
  { containers }: AgentContext,
  { id, request: { restart } }: ContainerRecord,
): Promise<RestartPolicy | undefined> {
  const isAlways = restart?.name === 'always';
  if (isAlways)
    await containers.update(id, {
      restart: { name: 'no', maximumRetryCount: 0 },
      labels: { [labels.stopped]: '' },
    });
  await containers.stop(id);
  return isAlways ? restart : undefined;
}

async function putBack(
  { containers }: AgentContext,
  { name, failed, previous, restart }: { name: string; failed: ContainerRecord } & Before,
): Promise<void> {
  if (!previous) return;
  await containers.remove(failed.id, { force: true, volumes: true });
  await containers.rename(previous.id, name);
  if (restart) await containers.update(previous.id, { restart, labels: { [labels.stopped]: undefined } });
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
