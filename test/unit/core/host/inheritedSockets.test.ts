import assert from 'node:assert/strict';
import { inheritedSockets } from '../../../../core/host/inheritedSockets.ts';

describe('inheritedSockets', () => {
  const pid = String(process.pid);
  const cases: [string, NodeJS.ProcessEnv, number][] = [
    ['without the variables', {}, 0],
    ['for another process', { LISTEN_PID: '1', LISTEN_FDS: '1' }, 0],
    ['without a number', { LISTEN_PID: pid, LISTEN_FDS: 'x' }, 0],
    ['for a negative number', { LISTEN_PID: pid, LISTEN_FDS: '-1' }, 0],
    ['for two', { LISTEN_PID: pid, LISTEN_FDS: '2' }, 2],
    ['for more than any unit has', { LISTEN_PID: pid, LISTEN_FDS: '4000000000' }, 64],
  ];
  for (const [name, env, count] of cases)
    it(`returns ${count} ${name}, and removes the variables`, () => {
      assert.equal(inheritedSockets(env).length, count);
      assert.deepEqual(env, {});
    });
});
