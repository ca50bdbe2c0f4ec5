/** Starts a created container: its init executes the user's program. */
import { join } from 'node:path';
import type { Context } from '../cli/context.ts';
import { RunlxcError } from '../cli/error.ts';
import { runHooksAnyway } from '../hooks/run.ts';
import { LastReport, sendGo } from '../monitor/channel.ts';
import type { Spec } from '../spec/types.ts';
import { ociState, statusOf } from '../state/status.ts';
import type { State } from '../state/store.ts';

/** @throws RunlxcError if the container is not in the state `created`, or its program cannot be started */
export async function startContainer(
  context: Context,
  { state, spec, dir }: { state: State; spec: Spec; dir: string },
): Promise<void> {
  checkStatus(state, context);
  if (!spec.process) throw new RunlxcError('process: expected a process to start, found none');
  const report = new LastReport(join(dir, 'report'));
  if (!sendGo(join(dir, 'go'), ociState(state, 'created'))) throw new RunlxcError(alreadyRunning);
  try {
    report.wait();
  } catch (error) {
    throw new RunlxcError(`unable to start container process: ${(error as Error).message}`, { cause: error });
  }
  await runHooksAnyway(spec, 'poststart', { state: ociState(state, 'running'), warn: context.log.warn });
}

const alreadyRunning = 'cannot start an already running container';

function checkStatus(state: State, { layout }: Context): void {
  const status = statusOf(state, layout);
  if (status === 'created') return;
  if (status === 'stopped') throw new RunlxcError('cannot start a container that has stopped');
  if (status === 'creating') throw new RunlxcError('cannot start a container that is being created');
  throw new RunlxcError(alreadyRunning);
}
