import assert from 'node:assert/strict';
import type { Run, SuiteResult } from '../../../../scripts/test/runMocha.ts';
import { runAgain } from '../../../../scripts/test/runAgain.ts';

const passed: SuiteResult = { passed: 1, failures: [], failed: [], files: {} };
const failed: SuiteResult = { passed: 0, failures: ['again'], failed: [], files: {} };

/** A result with these failed tests. */
function resultOf(...titles: string[]): SuiteResult {
  const failures = titles.map((title) => `${title}: an error`);
  const tests = titles.map((title) => ({ file: `${title}.test.ts`, title, failure: `${title}: an error` }));
  return { passed: 5, failures, failed: tests, files: {} };
}

describe('a test that failed', () => {
  const ran: Run[] = [];
  const having = (outcome: SuiteResult) => async (run: Run) => {
    ran.push(run);
    return await Promise.resolve(outcome);
  };
  beforeEach(() => ran.splice(0));

  it('runs again alone; if it passes then, it is flaky', async () => {
    const { passed: count, failures, flaky } = await runAgain(resultOf('a'), having(passed));
    assert.deepEqual([count, failures, flaky], [6, [], ['a: an error']]);
    assert.deepEqual(ran, [{ lanes: 1, files: ['a.test.ts'], title: 'a' }]);
  });

  it('fails if it fails again, or is skipped', async () => {
    for (const outcome of [failed, { ...passed, passed: 0 }]) {
      const { passed: count, failures, flaky } = await runAgain(resultOf('a', 'b'), having(outcome));
      assert.deepEqual([count, failures, flaky], [5, ['a: an error', 'b: an error'], []]);
    }
  });

  it('fails at once if many fail', async () => {
    const many = resultOf('a', 'b', 'c', 'd');
    assert.equal(await runAgain(many, having(passed)), many);
    assert.deepEqual(ran, []);
  });

  it('leaves failures of hooks', async () => {
    const result = resultOf('a');
    result.failures.push('a hook');
    assert.deepEqual((await runAgain(result, having(passed))).failures, ['a hook']);
  });
});
