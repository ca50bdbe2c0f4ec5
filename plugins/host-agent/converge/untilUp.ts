import { PouchError } from '../../../hooks/index.ts';
import type { Dependency } from '../declare/declared.ts';
import type { AgentContext } from './agentContext.ts';

/** How long a container may take to be healthy, or to complete, for those that wait for it. */
const longestMs = 5 * 60_000;

/** Resolves once a container that was started is up: ready if it is rich, healthy if it has a health check. */
export async function untilUp(context: AgentContext, ref: string, deadlineMs = longestMs): Promise<void> {
  const { state, draft } = context.containers.inspect(ref);
  if (draft.rich.enabled) await holds(context, ref, 'ready', deadlineMs);
  if (state.health) await holds(context, ref, 'healthy', deadlineMs);
}

/** @throws PCH_AGENT_WAITS for a container that has not come as far as another one needs it */
export async function untilMet(context: AgentContext, { name, condition }: Dependency): Promise<void> {
  if (condition === 'healthy') return await holds(context, name, 'healthy');
  const { state } = context.containers.inspect(name);
  if (condition === 'started') {
    if (state.startedAt === '') throw waits(`${name} has not started`);
    return;
  }
  const { exitCode } = await waited(context, name, 'not-running');
  if (exitCode !== 0) throw waits(`${name} ended with exit code ${exitCode}, expected 0`);
}

async function holds(
  context: AgentContext,
  ref: string,
  condition: 'ready' | 'healthy',
  deadlineMs = longestMs,
): Promise<void> {
  const { exitCode, error } = await waited(context, ref, condition, deadlineMs);
  if (exitCode !== 0)
    throw waits(`${context.containers.inspect(ref).name} is not ${condition}${error ? `: ${error}` : ''}`);
}

async function waited(
  { containers, signal }: AgentContext,
  ref: string,
  condition: Parameters<typeof containers.wait>[1],
  deadlineMs = longestMs,
) {
  const ending = new AbortController();
  const end = () => ending.abort(new PouchError('PCH_CANCELLED', 'the host agent is ending'));
  const timer = setTimeout(
    () => ending.abort(waits(`${ref} is not ${condition} after ${deadlineMs / 1000} s`)),
    deadlineMs,
  );
  signal.addEventListener('abort', end);
  if (signal.aborted) end();
  try {
    return await containers.wait(ref, condition, ending.signal);
  } catch (error) {
    throw ending.signal.aborted ? ending.signal.reason : error;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', end);
  }
}

function waits(message: string): PouchError {
  return new PouchError('PCH_AGENT_WAITS', message, { hint: '`pouch logs` and `pouch inspect` show why' });
}
