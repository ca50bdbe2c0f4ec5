import assert from 'node:assert/strict';
import { judge } from '../../../../../core/lifecycle/health/judge.ts';
import type { HealthState } from '../../../../../hooks/healthcheck.ts';

describe('the health of a container', () => {
  const begun: HealthState = { status: 'starting', failingStreak: 0, log: [] };
  const after = (codes: number[], { retries = 2, mayStillStart = false } = {}, from = begun) =>
    codes.reduce<HealthState>(
      (state, exitCode) =>
        judge(state, { start: '', end: '', exitCode, output: '' }, { retries, mayStillStart }),
      from,
    );
  const seen = ({ status, failingStreak }: HealthState) => [status, failingStreak];

  it('is healthy after one success, and unhealthy after enough failures in a row', () => {
    assert.deepEqual(seen(after([0])), ['healthy', 0]);
    assert.deepEqual(seen(after([1])), ['starting', 1]);
    assert.deepEqual(seen(after([1, 1])), ['unhealthy', 2]);
    assert.deepEqual(seen(after([1, 0, 1])), ['healthy', 1]);
    assert.deepEqual(seen(after([0, -1, 137])), ['unhealthy', 2]);
    assert.deepEqual(seen(after([1, 1, 0])), ['healthy', 0]);
  });

  it('does not suffer from failures while it may still start, until it was healthy once', () => {
    const still = { mayStillStart: true };
    assert.deepEqual(seen(after([1, 1, 1], still)), ['starting', 0]);
    assert.deepEqual(seen(after([1, 0, 1, 1], still)), ['unhealthy', 2]);
  });

  it('has the last five results, and keeps what was done about it', () => {
    const action = { name: 'restart' as const, at: '2026-01-01T00:00:00Z' };
    const { log, action: kept } = after([1, 2, 3, 4, 5, 6, 7], {}, { ...begun, action });
    assert.deepEqual(
      log.map(({ exitCode }) => exitCode),
      [3, 4, 5, 6, 7],
    );
    assert.deepEqual(kept, action);
  });
});
