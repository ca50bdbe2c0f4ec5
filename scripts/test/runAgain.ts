import { relative } from 'node:path';
import type { Run, SuiteResult } from './runMocha.ts';

/** With failures in more files than these, the fault is not a rare one. */
const most = 4;

/**
 * Runs each file with a test that failed once more, alone: its tests may depend on each other. If all of its tests pass
 * then, those that failed are flaky: they count as passed, and their failures are kept, to be printed at the end.
 * Failures of hooks and of incomplete runs stay.
 */
export async function runAgain(
  result: SuiteResult,
  run: (again: Run) => Promise<SuiteResult>,
): Promise<SuiteResult> {
  const files = new Set(result.failed.map((test) => test.file));
  if (files.size > most) return result;
  const works = new Set<string>();
  for (const file of files) {
    console.log(`\n== once more: ${relative(process.cwd(), file)}`);
    const { passed, failures } = await run({ lanes: 1, files: [file] });
    if (passed > 0 && failures.length === 0) works.add(file);
  }
  const flaky = result.failed.filter(({ file }) => works.has(file)).map(({ failure }) => failure);
  return {
    ...result,
    passed: result.passed + flaky.length,
    failures: result.failures.filter((failure) => !flaky.includes(failure)),
    flaky,
  };
}
