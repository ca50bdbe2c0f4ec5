import { loadavg } from 'node:os';
import type { Case, Outcome } from './cases/case.ts';
import { cases } from './cases/index.ts';
import type { BenchOptions } from './options.ts';
import { Peers } from './peers/Peers.ts';
import { busyNote, environment, writeReport } from './report.ts';
import { furnish } from './sandbox/furnish.ts';
import { caseTable, targetTable } from './table.ts';
import { verdict } from './target.ts';

/**
 * Runs the cases in the sandbox and prints each result.
 * @returns 0; 1 if a measurement failed; 2 with `strict` if a target is missed
 */
export async function runCases(dir: string, options: BenchOptions): Promise<number> {
  await furnish();
  const peers = new Peers(dir);
  const loadBefore = loadavg()[0]!;
  console.log(environment());
  const outcomes: Outcome[] = [];
  for (const chosen of chosenCases(options)) {
    const outcome = await runCase(chosen, () => chosen.measure({ dir, options, peers }));
    console.log(caseTable(outcome));
    outcomes.push(outcome);
  }
  await peers.end();
  console.log(`Targets\n${targetTable(outcomes)}\n\n${busyNote(loadBefore, loadavg()[0]!)}`);
  if (options.json !== undefined) await writeReport(options.json, outcomes, loadBefore);
  return exitCode(outcomes, options);
}

export function chosenCases({ only, rich }: BenchOptions): Case[] {
  if (only.length > 0) return cases.filter(({ name }) => only.includes(name));
  return cases.filter(({ isOptional }) => !isOptional || rich);
}

/** A case that fails does not affect the others. */
async function runCase({ name, about }: Case, measure: () => ReturnType<Case['measure']>): Promise<Outcome> {
  try {
    const { series, targets, notes = [] } = await measure();
    const failures = series.flatMap((one) =>
      one.failure === undefined ? [] : [`${one.name} failed: ${one.failure}`],
    );
    return { name, about, series, targets, notes: [...notes, ...failures] };
  } catch (error) {
    const failure = { name, unit: 'ms' as const, samples: [], failure: (error as Error).message };
    return { name, about, series: [failure], targets: [], notes: [failure.failure] };
  }
}

function exitCode(outcomes: readonly Outcome[], { strict }: BenchOptions): number {
  if (outcomes.some(({ series }) => series.some(({ failure }) => failure !== undefined))) return 1;
  const misses = outcomes.flatMap(({ targets }) => targets).filter((target) => verdict(target) === 'MISS');
  return strict && misses.length > 0 ? 2 : 0;
}
