import type { Context } from '../cli/context.ts';
import { RunlxcError } from '../cli/error.ts';
import { runHooksAnyway } from '../hooks/run.ts';
import { ociState, statusOf } from '../state/status.ts';
import { containerDir, findState, keptSpec, release, type State } from '../state/store.ts';
import { destroy } from './destroy.ts';

/** @throws RunlxcError if the container runs and `force` is not set */
export async function deleteContainer(context: Context, id: string, force: boolean): Promise<void> {
  const dir = containerDir(context.root, id);
  const state = findState(dir);
  if (!state) {
    // Includes leftovers of a create that was interrupted before it wrote a state.
    release(dir);
    if (force) return;
    throw new RunlxcError('container does not exist');
  }
  const status = statusOf(state, context.layout);
  if (!force && status !== 'stopped' && status !== 'created')
    throw new RunlxcError(`cannot delete container ${id} that is not stopped: ${status}`);
  await remove(context, dir, state);
}

async function remove(context: Context, dir: string, state: State): Promise<void> {
  const spec = state.isCreated ? keptSpec(dir) : undefined;
  await destroy(context, { dir, state });
  if (spec)
    await runHooksAnyway(spec, 'poststop', { state: ociState(state, 'stopped'), warn: context.log.warn });
}
