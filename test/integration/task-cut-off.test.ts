import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { deleteTask } from '../../core/apply/effects/task.ts';
import { findProcesses } from '../../core/supervise/findProcess.ts';
import { TestContainerd } from './support/TestContainerd.ts';

/** Milliseconds into the call: from before containerd has read it to after its end. */
const moments = [0, 2, 4, 7, 9, 12, 16, 22, 30, 40, 55, 80];

describe('a call for a task whose caller is gone in the middle', function () {
  this.timeout(120_000);
  this.slow(20_000);
  let test: TestContainerd;
  let count = 0;

  before(async () => {
    test = await TestContainerd.start();
  });
  after(() => test?.remove());

  /** Calls, and hangs up after some milliseconds. */
  async function cutOff(ms: number, call: (signal: AbortSignal) => Promise<unknown>): Promise<void> {
    const caller = new AbortController();
    const called = call(caller.signal).catch(() => undefined);
    await delay(ms);
    caller.abort();
    await called;
  }

  async function assertGone(id: string): Promise<void> {
    await deleteTask(test.client, id);
    const shims = await findProcesses((argv) => argv[argv.indexOf('-id') + 1] === id && argv.includes('-id'));
    assert.deepEqual(shims, []);
    assert.equal(await test.client.tasks.create(test.taskOf(id)).then(() => 'made'), 'made');
    await deleteTask(test.client, id);
    await test.client.containers.delete(id);
  }

  for (const ms of moments) {
    it(`create, after ${ms} ms: no shim is left, and the next create works`, async () => {
      const id = `create-${(count += 1)}`;
      await test.createContainer(id, 'sleep', '1000');
      await cutOff(ms, (signal) => test.client.tasks.create(test.taskOf(id), { signal }));
      await assertGone(id);
    });

    it(`delete, after ${ms} ms: no shim is left, and the next create works`, async () => {
      const id = `delete-${(count += 1)}`;
      await test.createTask(id, 'true');
      await test.client.tasks.start(id);
      await test.client.tasks.wait(id, '', { deadlineMs: 10_000 });
      await cutOff(ms, (signal) => test.client.tasks.delete(id, { signal }));
      await assertGone(id);
    });
  }
});
