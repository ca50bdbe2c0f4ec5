import { containerProcesses } from '../cgroup/processes.ts';
import { freeze, thaw } from '../cgroup/freezer.ts';
import type { Command } from '../cli/command.ts';
import { flag, isSet } from '../cli/command.ts';
import type { Context } from '../cli/context.ts';
import { RunlxcError } from '../cli/error.ts';
import { parseSignal } from '../cli/signals.ts';
import { isAlive, send } from '../state/process.ts';
import { statusOf } from '../state/status.ts';
import { readState, type State } from '../state/store.ts';

export const kill: Command = {
  usage: '[--all] CONTAINER [SIGNAL]',
  options: { all: { ...flag, short: 'a' } },
  arguments: { min: 1, max: 2 },
  async run({ context, values, positionals: [id = '', signal = 'SIGTERM'] }) {
    const number = parseSignal(signal);
    const state = readState(context.root, id);
    if (isSet(values, 'all')) await killAll(context, state, number);
    else killInit(context, state, number);
    return 0;
  },
};

function killInit({ layout }: Context, state: State, signal: number): void {
  const { init } = state;
  if (!isAlive(init) || statusOf(state, layout) === 'stopped' || !send(init.pid, signal))
    throw new RunlxcError('container not running');
}

/**
 * Freezes the container meanwhile, so that no process escapes by forking. Includes processes that outlived their
 * init.
 */
async function killAll({ layout }: Context, state: State, signal: number): Promise<void> {
  const { cgroup } = state;
  if (containerProcesses(layout, cgroup).length === 0) return;
  await freeze(layout, cgroup);
  try {
    for (const pid of containerProcesses(layout, cgroup)) send(pid, signal);
  } finally {
    thaw(layout, cgroup);
  }
}
