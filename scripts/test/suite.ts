import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { execa } from 'execa';
import { findLeaks } from './leaks.ts';
import type { Counts } from './reporter.ts';

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
 * Runs a suite; a run that breaks off and whatever is left on the host count as a failed test each, and are told.
 * @param only paths of test files or globs; all of the suite's if empty
 */
export async function runSuite(suite: Suite, only: readonly string[] = []): Promise<Counts> {
  if (!hasTests(suite)) return { passed: 0, failed: 0 };
  console.log(`\n== ${suite.name}`);
  let counts: Counts = { passed: 0, failed: 0 };
  const left = await findLeaks(async (workDir) => void (counts = await runMocha(suite, only, workDir)));
  if (left.length === 0) return counts;
  console.log(
    `FAILED: nothing is left on the host after the ${suite.name}, but this is:\n  ${left.join('\n  ')}`,
  );
  return { ...counts, failed: counts.failed + 1 };
}

function hasTests({ folder }: Suite): boolean {
  const path = join(root, 'test', folder);
  return (
    existsSync(path) &&
    readdirSync(path, { recursive: true }).some((name) => String(name).endsWith('.test.ts'))
  );
}

async function runMocha(suite: Suite, only: readonly string[], workDir: string): Promise<Counts> {
  const countsFile = `${workDir}.counts`;
  const files = only.length > 0 ? only : [`test/${suite.folder}/**/*.test.ts`];
  const ran = await execa(
    'mocha',
    ['--reporter', reporter, ...(suite.isParallel ? ['--parallel'] : []), ...files],
    {
      cwd: root,
      preferLocal: true,
      env: { TMPDIR: workDir, POUCH_TEST_COUNTS: countsFile },
      stdio: ['ignore', 'inherit', 'inherit'],
      reject: false,
      timeout: suite.deadlineMs,
      forceKillAfterDelay: 5_000,
    },
  );
  const { running, ...counts } = takeCounts(countsFile);
  if (running === undefined && (counts.failed > 0 || !ran.failed)) return counts;
  const why = ran.timedOut ? `did not end within ${suite.deadlineMs / 60_000} minutes` : 'broke off';
  console.log(
    `FAILED: the run of the ${suite.name} ${why}, at: ${running ?? 'its start'} (${ran.shortMessage})`,
  );
  return { ...counts, failed: counts.failed + 1 };
}

function takeCounts(file: string): Counts {
  if (!existsSync(file)) return { passed: 0, failed: 0 };
  const counts = JSON.parse(readFileSync(file, 'utf8')) as Counts;
  rmSync(file);
  return counts;
}
