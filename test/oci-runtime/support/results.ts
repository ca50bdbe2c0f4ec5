import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import type { Verdict } from './judge.ts';
import type { Row } from './row.ts';
import type { Runtime } from './runtimes.ts';

/** The content of `results.json`: by section and runtime, the number of passed rows, and the others with the reason. */
export interface Results {
  /** The first line of each runtime's --version, by name. */
  runtimes: Record<string, string>;
  sections: Record<string, Record<string, SectionResult>>;
}

export interface SectionResult {
  passed: number;
  /** Reasons by sentence. */
  deviates: Record<string, string>;
  notHere: Record<string, string>;
}

const file = join(import.meta.dirname, '../results.json');

export function committedResults(): Results {
  return JSON.parse(readFileSync(file, 'utf8')) as Results;
}

/** Writes results.json, formatted like the other files of the repository. */
export async function writeResults(results: Results): Promise<void> {
  writeFileSync(
    file,
    await format(JSON.stringify(results), { ...(await resolveConfig(file)), filepath: file }),
  );
}

/** Sorts the outcomes, so that equal outcomes give the same file. */
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

export function hasPassed(row: Row, runtime: string, { sections }: Results): boolean {
  const result = sections[row.section]?.[runtime];
  return result !== undefined && !(row.must in result.deviates) && !(row.must in result.notHere);
}

/** Merges new results with the known results of other runtimes. */
export function withOthersOf(seen: Results, known: Results): Results {
  const others = Object.keys(known.runtimes).filter((name) => !(name in seen.runtimes));
  const merged: Results = {
    runtimes: sorted({ ...pick(known.runtimes, others), ...seen.runtimes }),
    sections: {},
  };
  for (const name of Object.keys({ ...known.sections, ...seen.sections }).toSorted()) {
    const bySeen = seen.sections[name] ?? {};
    const section = sorted({ ...pick(known.sections[name] ?? {}, others), ...bySeen });
    if (Object.keys(section).length > 0) merged.sections[name] = section;
  }
  return merged;
}

/**
 * Describes where new results contradict known ones. Whether a row can be tried depends on the host, so rows that
 * could not be tried in either run are not a contradiction.
 */
export function contradictions(seen: Results, known: Results): string[] {
  return Object.entries(seen.sections).flatMap(([section, byRuntime]) =>
    Object.entries(byRuntime).flatMap(([runtime, result]) => {
      const before = known.sections[section]?.[runtime];
      return contradictionsOf(result, before).map((what) => `${section}, ${runtime}: ${what}`);
    }),
  );
}

function contradictionsOf(seen: SectionResult, known: SectionResult | undefined): string[] {
  if (!known) return ['not known'];
  if (rowsOf(seen) !== rowsOf(known)) return [`${rowsOf(seen)} rows, not ${rowsOf(known)}`];
  const untried = { ...seen.notHere, ...known.notHere };
  const all = { ...seen.deviates, ...known.deviates };
  return Object.keys(all)
    .filter((must) => !(must in untried) && seen.deviates[must] !== known.deviates[must])
    .map((must) => `${must}: ${seen.deviates[must] ?? 'passed'}, not ${known.deviates[must] ?? 'passed'}`);
}

function rowsOf({ passed, deviates, notHere }: SectionResult): number {
  return passed + Object.keys(deviates).length + Object.keys(notHere).length;
}

function pick<T>(record: Record<string, T>, names: readonly string[]): Record<string, T> {
  return Object.fromEntries(Object.entries(record).filter(([name]) => names.includes(name)));
}

function sorted<T>(record: Record<string, T>): Record<string, T> {
  return Object.fromEntries(Object.entries(record).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
