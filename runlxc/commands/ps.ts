import { execFileSync } from 'node:child_process';
import { containerProcesses } from '../cgroup/processes.ts';
import { type Command, string, text } from '../cli/command.ts';
import { RunlxcError } from '../cli/error.ts';
import { readState } from '../state/store.ts';

export const ps: Command = {
  usage: '[--format json|table] CONTAINER [PS-OPTION…]',
  options: { format: { ...text, short: 'f' } },
  arguments: { min: 1, max: Infinity },
  run({ context, values, positionals: [id = '', ...options] }) {
    const state = readState(context.root, id);
    const pids = containerProcesses(context.layout, state.cgroup);
    const format = string(values, 'format') ?? 'table';
    if (format === 'json') console.log(JSON.stringify(pids));
    else if (format === 'table') console.log(table(pids, options));
    else throw new RunlxcError(`invalid format option: ${format}`);
    return Promise.resolve(0);
  },
};

/** Returns the lines of ps(1) with the container's processes. */
function table(pids: readonly number[], options: readonly string[]): string {
  const output = execFileSync('ps', options.length > 0 ? options : ['-ef'], { encoding: 'utf8' });
  const [head = '', ...lines] = output.trimEnd().split('\n');
  const column = head.trim().split(/\s+/).indexOf('PID');
  if (column === -1)
    throw new RunlxcError('expected a column PID in the output of ps, found none: change the options of ps');
  const own = lines.filter((line) => pids.includes(Number(line.trim().split(/\s+/)[column])));
  return [head, ...own].join('\n');
}
