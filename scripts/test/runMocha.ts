import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { execa } from 'execa';
import type { MochaResult, Result } from './ResultReporter.ts';

const root = resolve(import.meta.dirname, '../..');
const reporter = join(import.meta.dirname, 'ResultReporter.ts');

/** What a run of mocha runs. */
export interface Run {
  lanes: number;
  files: readonly string[];
}

export interface Place {
  /** The TMPDIR of the tests. */
  workDir: string;
  /** The output appears when the run has ended. */
  isHeld: boolean;
}

export type SuiteResult = Result & Pick<MochaResult, 'failed' | 'files'>;

/** Runs test files. A run that does not end by itself is a failure. */
export async function runMocha(
  suite: { name: string; deadlineMs: number },
  { lanes, files }: Run,
  { workDir, isHeld }: Place,
): Promise<SuiteResult> {
  const resultFile = `${workDir}.result`;
  const parallel = lanes > 1 ? ['--parallel', '--jobs', String(lanes)] : [];
  const ran = await execa('mocha', ['--reporter', reporter, ...parallel, ...files], {
    cwd: root,
    preferLocal: true,
    env: { TMPDIR: workDir, POUCH_TEST_RESULT: resultFile },
    ...(isHeld ? { stdin: 'ignore', all: true } : { stdio: ['ignore', 'inherit', 'inherit'] }),
    reject: false,
    timeout: suite.deadlineMs,
    forceKillAfterDelay: 5_000,
  });
  if (isHeld) console.log(`\n== ${suite.name}\n${ran.all ?? ''}`);
  const { running, ...result } = takeResult(resultFile);
  // With lanes, mocha reports a file at its end.
  const missing = lanes > 1 ? files.filter((file) => !(join(root, file) in result.files)) : [];
  const isComplete = running === undefined && missing.length === 0;
  if (isComplete && (result.failures.length > 0 || !ran.failed)) return result;
  const how = ran.signal ? `by ${ran.signal}` : `with exit code ${ran.exitCode}`;
  const why = ran.timedOut
    ? `did not end within ${suite.deadlineMs / 60_000} minutes`
    : `ended early, ${how}`;
  const where =
    missing.length > 0 ? `without a result of ${someNames(missing)}` : `at: ${running ?? 'its start'}`;
  return withFailure(result, `The run of the ${suite.name} ${why}, ${where}`);
}

/** The first names, and how many there are more. */
function someNames(names: readonly string[]): string {
  const shown = names.slice(0, 5).join(', ');
  return names.length > 5 ? `${shown} and ${names.length - 5} more` : shown;
}

function takeResult(file: string): MochaResult {
  if (!existsSync(file)) return { passed: 0, failures: [], failed: [], files: {} };
  const result = JSON.parse(readFileSync(file, 'utf8')) as MochaResult;
  rmSync(file);
  return result;
}

/** Prints the failure, and adds it. */
export function withFailure<T extends Result>(result: T, failure: string): T {
  console.log(`FAILED: ${failure}`);
  return { ...result, failures: [...result.failures, failure] };
}
