import { setTimeout } from 'node:timers/promises';
import { containerStats, oomKills } from '../cgroup/stats.ts';
import { flag, isSet, onContainer, string, text } from '../cli/command.ts';
import { RunlxcError } from '../cli/error.ts';
import { statusOf } from '../state/status.ts';
import { readState } from '../state/store.ts';

/** Milliseconds between two checks for OOM kills. */
const lookMs = 100;

export const events = onContainer({ interval: text, stats: flag }, async ({ context, values, id }) => {
  const state = readState(context.root, id);
  const interval = milliseconds(string(values, 'interval') ?? '5s');
  const isRunning = () => statusOf(state, context.layout) !== 'stopped';
  const print = (event: object) => console.log(JSON.stringify(event));
  const printStats = () => print({ type: 'stats', id, data: containerStats(context.layout, state.cgroup) });
  if (!isRunning()) throw new RunlxcError(`container with id ${id} is not running`);
  if (isSet(values, 'stats')) return printStats();
  let reported = oomKills(context.layout, state.cgroup);
  const printKills = () => {
    for (const kills = oomKills(context.layout, state.cgroup); reported < kills; reported++)
      print({ type: 'oom', id });
  };
  for (let due = performance.now(); isRunning(); await setTimeout(Math.min(lookMs, interval))) {
    printKills();
    if (performance.now() < due) continue;
    printStats();
    due += interval;
  }
  printKills();
});

/** Parses Go's durations: 500ms, 5s, 1m30s. */
function milliseconds(text: string): number {
  const units: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g)];
  const sum = parts.reduce((total, [, number, unit = '']) => total + Number(number) * (units[unit] ?? 0), 0);
  if (parts.map(([part]) => part).join('') !== text || sum <= 0)
    throw new RunlxcError(`--interval: ${JSON.stringify(text)} is not a duration, e.g. 5s`);
  return sum;
}
