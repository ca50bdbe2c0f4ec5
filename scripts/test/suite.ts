import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { execa } from 'execa';
import { findLeaks } from './leaks.ts';
import type { MochaResult, Result } from './reporter.ts';

const root = resolve(import.meta.dirname, '../..');
const reporter = join(import.meta.dirname, 'reporter.ts');

/** A folder of tests that mocha runs in one go. */
export interface Suite {
  name: string;
  /** Below test/. */
  folder: string;
  /** Whether its files may run side by side. */
  isParallel: boolean;
  deadlineMs: number;
}

/**
 * Runs a suite; a run that breaks off and whatever is left on the host are a failure each.
 * @param only paths of test files or globs; all of the suite's if empty
 */
export async function runSuite(suite: Suite, only: readonly string[] = []): Promise<Result> {
  if (!hasTests(suite)) return { passed: 0, failures: [] };
  console.log(`\n== ${suite.name}`);
  const began = performance.now();
  let result: Result = { passed: 0, failures: [] };
  const left = await findLeaks(async (workDir) => void (result = await runMocha(suite, only, workDir)));
  console.log(`== ${suite.name} took ${Math.round((performance.now() - began) / 1000)} s`);
  if (left.length === 0) return result;
  return withFailure(
    result,
    `Nothing is left on the host after the ${suite.name}, but this is:\n  ${left.join('\n  ')}`,
  );
}

function hasTests({ folder }: Suite): boolean {
  const path = join(root, 'test', folder);
  return (
    existsSync(path) &&
    readdirSync(path, { recursive: true }).some((name) => String(name).endsWith('.test.ts'))
  );
}

async function runMocha(suite: Suite, only: readonly string[], workDir: string): Promise<Result> {
  const resultFile = `${workDir}.result`;
  const files = only.length > 0 ? only : [`test/${suite.folder}/**/*.test.ts`];
  const ran = await execa(
    'mocha',
    ['--reporter', reporter, ...(suite.isParallel ? ['--parallel'] : []), ...files],
    {
      cwd: root,
      preferLocal: true,
      env: { TMPDIR: workDir, POUCH_TEST_RESULT: resultFile },
      stdio: ['ignore', 'inherit', 'inherit'],
      reject: false,
      timeout: suite.deadlineMs,
      forceKillAfterDelay: 5_000,
    },
  );
  const { running, ...result } = takeResult(resultFile);
  if (running === undefined && (result.failures.length > 0 || !ran.failed)) return result;
  const why = ran.timedOut ? `did not end within ${suite.deadlineMs / 60_000} minutes` : 'broke off';
  return withFailure(
    result,
    `The run of the ${suite.name} ${why}, at: ${running ?? 'its start'} (${ran.shortMessage})`,
  );
}

function takeResult(file: string): MochaResult {
  if (!existsSync(file)) return { passed: 0, failures: [] };
  const result = JSON.parse(readFileSync(file, 'utf8')) as MochaResult;
  rmSync(file);
  return result;
}

function withFailure({ passed, failures }: Result, failure: string): Result {
  console.log(`FAILED: ${failure}`);
  return { passed, failures: [...failures, failure] };
}
