import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { cpus } from 'node:os';
import { basename, join, relative, resolve } from 'node:path';
import { findLeaks } from './leaks.ts';
import type { Result } from './ResultReporter.ts';
import { runAgain } from './runAgain.ts';
import { type Run, runMocha, type SuiteResult, withFailure } from './runMocha.ts';

const root = resolve(import.meta.dirname, '../..');

/** Of the files of a suite that take more than these milliseconds, this many of the slowest are named. */
const slowMs = 10_000;
const slowestShown = 15;

/** A folder of tests. */
export interface Suite {
  name: string;
  /** Folder in test/. */
  folder: string;
  /** Number of files that run concurrently. Files that measure times run afterwards, one by one. */
  lanes: number;
  /** What names of files begin with that start first: a long one that starts last would run alone. */
  longest?: readonly string[];
  /** Selects files by path; default all. */
  includes?: (file: string) => boolean;
  /** Deadline of each run of mocha. */
  deadlineMs: number;
}

/** How a suite runs. */
export interface SuiteOptions {
  /** Paths or globs of test files, which run one by one; if empty, all of the suite. */
  only?: readonly string[];
  /** The suite that runs at the same time. This one's output appears when it has ended. */
  beside?: Promise<unknown>;
}

/** Runs a suite. An incomplete run and leftovers on the host count as failures. */
export async function runSuite(suite: Suite, { only = [], beside }: SuiteOptions = {}): Promise<Result> {
  const runs = only.length > 0 ? [{ lanes: 1, files: only }] : runsOf(suite);
  if (runs.length === 0) return { passed: 0, failures: [] };
  if (!beside) console.log(`\n== ${suite.name}`);
  const began = performance.now();
  const busySince = cpuTimes();
  const results: SuiteResult[] = [];
  const left = await findLeaks(async (workDir) => {
    keepTransformed(workDir);
    const place = { workDir, isHeld: beside !== undefined };
    for (const run of runs) {
      if (run.isAlone) await beside;
      const result = await runMocha(suite, run, place);
      results.push(await runAgain(result, (test) => runMocha(suite, test, place)));
    }
  });
  const seconds = Math.round((performance.now() - began) / 1000);
  console.log(`== ${suite.name} took ${seconds} s, CPUs busy ${busyPercent(busySince)} %`);
  printSlowest(results.flatMap(({ files }) => Object.entries(files)));
  const result = sumOf(results);
  if (left.length === 0) return result;
  return withFailure(
    result,
    `Expected no leftovers on the host after the ${suite.name}, found:\n  ${left.join('\n  ')}`,
  );
}

/**
 * Has tsx keep what it transforms for the next suite and the next run: tsx keeps it in `tsx-UID` of the temporary
 * directory, and the tests have one of their own.
 */
function keepTransformed(workDir: string): void {
  const kept = join(root, 'node_modules/.cache/tsx');
  mkdirSync(kept, { recursive: true });
  symlinkSync(kept, join(workDir, `tsx-${process.geteuid?.() ?? ''}`));
}

interface CpuTimes {
  total: number;
  idle: number;
}

/** Sums over all CPUs, in milliseconds since boot. */
function cpuTimes(): CpuTimes {
  const times = cpus().map(({ times: of }) => of);
  const total = times.flatMap((of) => Object.values(of)).reduce((sum, ms) => sum + ms, 0);
  return { total, idle: times.reduce((sum, { idle }) => sum + idle, 0) };
}

/** A host with idle CPUs takes more lanes. */
function busyPercent(since: CpuTimes): number {
  const now = cpuTimes();
  return Math.round(100 * (1 - (now.idle - since.idle) / (now.total - since.total)));
}

/** Prints the files whose tests and hooks took longest. */
function printSlowest(files: readonly [path: string, ms: number][]): void {
  const slowest = files.toSorted(([, one], [, other]) => other - one).slice(0, slowestShown);
  for (const [path, ms] of slowest.filter(([, time]) => time >= slowMs))
    console.log(`   ${String(Math.round(ms / 1000)).padStart(4)} s ${relative(root, path)}`);
}

interface SuiteRun extends Run {
  /** Nothing else runs at the same time. */
  isAlone?: boolean;
}

function runsOf({ folder, lanes, longest = [], includes = () => true }: Suite): SuiteRun[] {
  const found = testFiles(folder).filter(includes);
  const first = [
    ...new Set(longest.flatMap((name) => found.filter((file) => nameOf(file).startsWith(name)))),
  ];
  const files = [...first, ...found.filter((file) => !first.includes(file)).toSorted()];
  const alone = lanes > 1 ? files.filter(measuresTime) : [];
  const beside = files.filter((file) => !alone.includes(file));
  return [
    { lanes, files: beside },
    { lanes: 1, files: alone, isAlone: true },
  ].filter(({ files: some }) => some.length > 0);
}

function testFiles(folder: string): string[] {
  const path = join(root, 'test', folder);
  if (!existsSync(path)) return [];
  return readdirSync(path, { recursive: true })
    .map(String)
    .filter((name) => name.endsWith('.test.ts'))
    .map((name) => join('test', folder, name));
}

/** Returns the name of a test file without `.test.ts`. */
export function nameOf(file: string): string {
  return basename(file, '.test.ts');
}

/** Files that measure times run alone, as other load distorts them. */
function measuresTime(file: string): boolean {
  return imports(file, 'fastest.ts');
}

/** Whether a test file takes a sample of its cases, or an image that is kept, unless POUCH_TEST_EVERY_CASE is set. */
export function takesSample(file: string): boolean {
  return imports(file, 'someOf.ts') || imports(file, 'debianImage.ts');
}

function imports(file: string, helper: string): boolean {
  return readFileSync(join(root, file), 'utf8').includes(`/${helper}'`);
}

/** The results of several runs as one. */
export function sumOf(results: readonly Result[]): Result {
  return {
    passed: results.reduce((sum, { passed }) => sum + passed, 0),
    failures: results.flatMap(({ failures }) => failures),
    flaky: results.flatMap(({ flaky = [] }) => flaky),
  };
}
