import { readFileSync, statSync } from 'node:fs';
import { type Command, flag, isSet, string, text } from '../cli/command.ts';
import type { Context } from '../cli/context.ts';
import { RunlxcError } from '../cli/error.ts';
import { runcState, statusOf } from '../state/status.ts';
import { allStates, containerDir, type State } from '../state/store.ts';

export const list: Command = {
  usage: '[--format json|table] [-q]',
  options: { format: { ...text, short: 'f' }, quiet: { ...flag, short: 'q' } },
  arguments: { min: 0, max: 0 },
  run({ context, values }) {
    const states = allStates(context.root);
    const format = string(values, 'format') ?? 'table';
    if (isSet(values, 'quiet')) for (const { id } of states) console.log(id);
    else if (format === 'json') console.log(JSON.stringify(states.map((state) => entry(context, state))));
    else if (format === 'table') printTable(context, states);
    else throw new RunlxcError(`invalid format option: ${format}`);
    return Promise.resolve(0);
  },
};

function entry(context: Context, state: State): Record<string, unknown> {
  return { ...runcState(state, statusOf(state, context.layout)), owner: ownerOf(context, state) };
}

/** Returns the name in the host's /etc/passwd; for an unknown uid, what runc prints. */
function ownerOf({ root }: Context, { id }: State): string {
  const uid = statSync(containerDir(root, id), { throwIfNoEntry: false })?.uid ?? 0;
  const users = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'));
  return users.find(([, , number]) => number === String(uid))?.[0] ?? `#${uid}`;
}

function printTable(context: Context, states: readonly State[]): void {
  const names = ['id', 'pid', 'status', 'bundle', 'created', 'owner'];
  const rows = states
    .map((state) => entry(context, state))
    .map((row) => names.map((name) => String(row[name])));
  const all = [names.map((name) => name.toUpperCase()), ...rows];
  const widths = names.map((_, column) => Math.max(11, ...all.map((row) => row[column]?.length ?? 0)));
  for (const row of all)
    console.log(
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join(' ')
        .trimEnd(),
    );
}
