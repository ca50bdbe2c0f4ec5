import assert from 'node:assert/strict';
import type { ContainerRecord } from '../../../../hooks/index.ts';
import { hasJustStarted, notUp } from '../../../../plugins/host-agent/converge/notUp.ts';

const recordOf = (state: object, restart = 'no') =>
  ({
    state: { status: 'running', exitCode: 0, ...state },
    draft: { restart: { name: restart } },
  }) as unknown as ContainerRecord;

describe('what is not up', () => {
  for (const [what, record, expected] of [
    ['runs', recordOf({}), undefined],
    ['is healthy', recordOf({ health: { status: 'healthy' } }), undefined],
    ['has done its work', recordOf({ status: 'exited' }), undefined],
    ['is ready', recordOf({ readiness: { state: 'running' } }), undefined],
    ['starts', recordOf({ health: { status: 'starting' } }), ['its health is not known yet', false]],
    ['is unhealthy', recordOf({ health: { status: 'unhealthy' } }), ['it is unhealthy', false]],
    [
      'boots',
      recordOf({ readiness: { state: 'starting' }, health: { status: 'healthy' } }),
      ['it is booting', false],
    ],
    [
      'has not booted',
      recordOf({ readiness: { state: 'failed', reason: 'x' } }),
      ['its boot has failed: x', true],
    ],
    [
      'is degraded',
      recordOf({ readiness: { state: 'degraded', failedUnits: ['a.service'] } }),
      ['units have failed: a.service', false],
    ],
    ['has failed', recordOf({ status: 'exited', exitCode: 3 }), ['it ended with exit code 3', true]],
    [
      'restarts',
      recordOf({ status: 'restarting', exitCode: 3 }, 'always'),
      ['it ended with exit code 3, and restarts', false],
    ],
    [
      'has ended, although it restarts always',
      recordOf({ status: 'exited' }, 'always'),
      ['it ended with exit code 0', false],
    ],
    ['is paused', recordOf({ status: 'paused' }), ['it is paused', false]],
  ] as const)
    it(`of a container that ${what}`, () => {
      const found = notUp(record);
      assert.deepEqual(found && [found.why, found.isFinal], expected);
    });
});

describe('a container that has just started', () => {
  const startedAt = '2026-03-01T10:00:00.123456789Z';
  const started = Date.parse(startedAt);
  for (const [what, state, now, expected] of [
    ['may end at once', {}, started + 1999, true],
    ['has not ended at once', {}, started + 2000, false],
    ['has ended', { status: 'exited' }, started + 1, false],
    ['has started before the clock was set back', {}, started - 1, false],
  ] as const)
    it(what, () => {
      assert.equal(hasJustStarted(recordOf({ startedAt, ...state }), now), expected);
    });
});
