import assert from 'node:assert/strict';
import type { Run, SuiteResult } from '../../../../scripts/test/runMocha.ts';
import { runAgain } from '../../../../scripts/test/runAgain.ts';

const passed: SuiteResult = { passed: 1, failures: [], failed: [], files: {} };
const failing: SuiteResult = { passed: 0, failures: ['again'], failed: [], files: {} };

/** A result with these failed tests. */
function resultOf(...titles: string[]): SuiteResult {
  const failures = titles.map((title) => `${title}: an error`);
  const failed = titles.map((title) => ({ file: `${title[0]}.test.ts`, failure: `${title}: an error` }));
  return { passed: 5, failures, failed, files: {} };
}

describe('a test that failed', () => {
  const ran: Run[] = [];
  const having = (outcome: SuiteResult) => async (run: Run) => {
    ran.push(run);
    return await Promise.resolve(outcome);
  };
  beforeEach(() => ran.splice(0));

  it('is flaky if its file passes when it runs again', async () => {
    const { passed: count, failures, flaky } = await runAgain(resultOf('a', 'a2'), having(passed));
    assert.deepEqual([count, failures, flaky], [7, [], ['a: an error', 'a2: an error']]);
    assert.deepEqual(ran, [{ lanes: 1, files: ['a.test.ts'] }]);
  });

  it('fails if its file fails again, or runs no test', async () => {
    for (const outcome of [failing, { ...passed, passed: 0 }]) {
      const { passed: count, failures, flaky } = await runAgain(resultOf('a', 'b'), having(outcome));
      assert.deepEqual([count, failures, flaky], [5, ['a: an error', 'b: an error'], []]);
    }
  });

  it('fails at once if tests of many files fail', async () => {
    const many = resultOf('a', 'b', 'c', 'd', 'e');
    assert.equal(await runAgain(many, having(passed)), many);
    assert.deepEqual(ran, []);
  });

  it('leaves failures of hooks', async () => {
    const result = resultOf('a');
    result.failures.push('a hook');
    assert.deepEqual((await runAgain(result, having(passed))).failures, ['a hook']);
  });
});
