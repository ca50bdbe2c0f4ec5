import type { FailedTest } from './ResultReporter.ts';
import type { Run, SuiteResult } from './runMocha.ts';

/** With more failures than these, the fault is not a rare one. */
const most = 3;

/**
 * Runs each test that failed once more, alone. One that passes then is flaky: it counts as passed, and its failure is
 * kept, to be printed at the end. Failures of hooks and of incomplete runs stay.
 */
export async function runAgain(
  result: SuiteResult,
  run: (again: Run) => Promise<SuiteResult>,
): Promise<SuiteResult> {
  if (result.failed.length === 0 || result.failures.length > most) return result;
  const flaky: FailedTest[] = [];
  for (const test of result.failed) {
    console.log(`\n== once more: ${test.title}`);
    const { passed, failures } = await run({ lanes: 1, files: [test.file], title: test.title });
    if (passed > 0 && failures.length === 0) flaky.push(test);
  }
  const texts = flaky.map(({ failure }) => failure);
  return {
    ...result,
    passed: result.passed + flaky.length,
    failures: result.failures.filter((failure) => !texts.includes(failure)),
    flaky: texts,
  };
}
