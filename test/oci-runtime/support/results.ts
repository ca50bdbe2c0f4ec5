import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import type { Verdict } from './judge.ts';
import type { Row } from './row.ts';
import type { Runtime } from './runtimes.ts';

/** What `results.json` holds: by section and runtime, how many rows passed, and which did not, with the reason. */
export interface Results {
  /** The first line of each runtime's --version, by name. */
  runtimes: Record<string, string>;
  sections: Record<string, Record<string, SectionResult>>;
}

export interface SectionResult {
  passed: number;
  /** Sentence and reason. */
  deviates: Record<string, string>;
  notHere: Record<string, string>;
}

const file = join(import.meta.dirname, '../results.json');

export function committedResults(): Results {
  return JSON.parse(readFileSync(file, 'utf8')) as Results;
}

/** In the form in which the repository keeps its files. */
export async function writeResults(results: Results): Promise<void> {
  writeFileSync(
    file,
    await format(JSON.stringify(results), { ...(await resolveConfig(file)), filepath: file }),
  );
}

/** Sorted, so that the same outcome is the same file. */
export function toResults(outcomes: { row: Row; runtime: Runtime; verdict: Verdict }[]): Results {
  const results: Results = { runtimes: {}, sections: {} };
  for (const { row, runtime, verdict } of outcomes.toSorted(byRow)) {
    results.runtimes[runtime.name] = runtime.version;
    const ofSection = (results.sections[row.section] ??= {});
    add((ofSection[runtime.name] ??= { passed: 0, deviates: {}, notHere: {} }), row, verdict);
  }
  return results;
}

function byRow(a: { row: Row; runtime: Runtime }, b: { row: Row; runtime: Runtime }): number {
  const key = ({ row, runtime }: typeof a) => `${row.section}\n${runtime.name}\n${row.must}`;
  return key(a) < key(b) ? -1 : 1;
}

function add(result: SectionResult, row: Row, verdict: Verdict): void {
  if (verdict.is === 'passed') result.passed += 1;
  else result[verdict.is === 'deviates' ? 'deviates' : 'notHere'][row.must] = verdict.why;
}

/** Of the committed results what is said of these runtimes. */
export function onlyOf(results: Results, names: readonly string[]): Results {
  const pick = <T>(record: Record<string, T>) =>
    Object.fromEntries(Object.entries(record).filter(([name]) => names.includes(name)));
  return {
    runtimes: pick(results.runtimes),
    sections: Object.fromEntries(
      Object.entries(results.sections).map(([name, byRuntime]) => [name, pick(byRuntime)]),
    ),
  };
}
