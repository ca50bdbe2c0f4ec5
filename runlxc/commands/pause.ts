import { freeze, thaw } from '../cgroup/freezer.ts';
import { onContainer } from '../cli/command.ts';
import { RunlxcError } from '../cli/error.ts';
import { statusOf } from '../state/status.ts';
import { readState } from '../state/store.ts';

export const pause = onContainer({}, async ({ context, id }) => {
  const state = readState(context.root, id);
  const status = statusOf(state, context.layout);
  if (status !== 'running' && status !== 'created')
    throw new RunlxcError(status === 'paused' ? 'container already paused' : 'container not running');
  await freeze(context.layout, state.cgroup);
});

export const resume = onContainer({}, ({ context, id }) => {
  const state = readState(context.root, id);
  if (statusOf(state, context.layout) !== 'paused') throw new RunlxcError('container not paused');
  thaw(context.layout, state.cgroup);
});
