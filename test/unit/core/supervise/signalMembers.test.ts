import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { signalMembers } from '../../../../core/supervise/signalMembers.ts';

describe('signalMembers', () => {
  const children: ChildProcess[] = [];
  const start = () => {
    const child = spawn('sleep', ['1000'], { stdio: 'ignore' });
    children.push(child);
    return child;
  };
  afterEach(() => children.splice(0).forEach((child) => child.kill('SIGKILL')));

  it('signals those that the group still has', async () => {
    const [member, other] = [start(), start()];
    const ended = once(member, 'exit');
    signalMembers(() => [member.pid!], 'SIGUSR1');
    assert.deepEqual(await ended, [null, 'SIGUSR1']);
    assert.equal(other.signalCode, null);
  });

  it('does not signal one that has left meanwhile, as one with a reused pid has', async () => {
    const [leaves, stays] = [start(), start()];
    const lists = [[leaves.pid!, stays.pid!], [stays.pid!]];
    const ended = once(stays, 'exit');
    signalMembers(() => lists.shift() ?? [], 'SIGTERM');
    await ended;
    assert.equal(leaves.signalCode, null);
    assert.ok(leaves.kill(0));
  });

  it('takes 0, a process of another PID namespace, for none', () => {
    signalMembers(() => [0], 'SIGTERM');
  });
});
