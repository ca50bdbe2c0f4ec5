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
    ...(isHeld ? { stdin: 'ignore', all: true } : { stdio: ['ignore', 'inherit', ['inherit', 'pipe']] }),
    reject: false,
    timeout: suite.deadlineMs,
    forceKillAfterDelay: 5_000,
  });
  if (isHeld) console.log(`\n== ${suite.name}\n${ran.all ?? ''}`);
  const { running, ...result } = takeResult(resultFile);
  // With lanes, mocha reports a file at its end.
  const left = files.filter((file) => !(resolve(root, file) in result.files));
  const missing = lanes > 1 ? left : [];
  const isComplete = running === undefined && missing.length === 0;
  if (isComplete && (result.failures.length > 0 || !ran.failed)) return result;
  const how = ran.signal ? `by ${ran.signal}` : `with exit code ${ran.exitCode}`;
  const why = ran.timedOut
    ? `did not end within ${suite.deadlineMs / 60_000} minutes`
    : `ended early, ${how}`;
  const where =
    missing.length > 0
      ? `without a result of ${someNames(missing)}`
      : `at: ${running ?? 'its start'} (${someNames(left.length > 0 ? left : files)})`;
  return withFailure(result, `The run of the ${suite.name} ${why}, ${where}${endOf(ran.stderr)}`);
}

/** The first names, and how many there are more. */
function someNames(names: readonly string[]): string {
  const shown = names.slice(0, 5).join(', ');
  return names.length > 5 ? `${shown} and ${names.length - 5} more` : shown;
}

const nothing: MochaResult = { passed: 0, failures: [], failed: [], files: {} };

/** A mocha that has died may have written half of it. */
function takeResult(file: string): MochaResult {
  rmSync(`${file}.part`, { force: true });
  if (!existsSync(file)) return nothing;
  const text = readFileSync(file, 'utf8');
  rmSync(file);
  try {
    return JSON.parse(text) as MochaResult;
  } catch {
    return { ...nothing, running: `a place that is not known: its result ${file} is cut off` };
  }
}

/** The last lines of what a process has written to stderr. */
function endOf(stderr: string | undefined): string {
  const lines = (stderr ?? '').trim().split('\n').slice(-20);
  return lines.join('\n').trim() === '' ? '' : `\n${lines.join('\n')}`;
}

/** Prints the failure, and adds it. */
export function withFailure<T extends Result>(result: T, failure: string): T {
  console.log(`FAILED: ${failure}`);
  return { ...result, failures: [...result.failures, failure] };
}
