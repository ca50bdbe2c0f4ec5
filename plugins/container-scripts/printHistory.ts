import type { PastRun } from './history.ts';

/** The runs of a container's scripts with their output, for people. */
export function printHistory(runs: readonly PastRun[]): string {
  return runs.map(linesOf).join('');
}

function linesOf({ at, stage, path, args, ms, failure, output, outputLeftOut }: PastRun): string {
  const took = ms === undefined ? '' : ` (${ms} ms)`;
  const left = outputLeftOut > 0 ? [`[${outputLeftOut} bytes before this were not kept]`] : [];
  const lines = output === '' ? [] : output.replace(/\n$/, '').split('\n');
  return [
    `${at} ${stage} ${[path, ...args].join(' ')}: ${failure ?? 'ok'}${took}`,
    ...[...left, ...lines].map((line) => `  ${line}`),
  ]
    .map((line) => `${line}\n`)
    .join('');
}
