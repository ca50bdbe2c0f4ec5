import assert from 'node:assert/strict';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ifFound, type ContainerdEvent } from '../../core/containerd/index.ts';
import { identify, isAlive, type ProcessIdentity } from '../../core/supervise/index.ts';
import { waitUntil } from '../../core/wait/waitUntil.ts';
import { TestContainerd } from './support/TestContainerd.ts';

const within = { withinMs: 20_000 };

describe('a managed containerd', function () {
  this.timeout(60_000);
  let test: TestContainerd;
  let containers = 0;

  beforeEach(async () => (test = await TestContainerd.start()));
  afterEach(() => test.remove());

  /** A container that runs until it is killed, and its init. */
  async function runLong(): Promise<{ id: string; init: ProcessIdentity }> {
    const id = `long-${(containers += 1)}`;
    await test.createTask(id, '/bin/sleep', '1000');
    const init = identify(await test.client.tasks.start(id));
    assert.ok(init);
    return { id, init };
  }

  const isRunning = (pid?: number) => {
    const state = test.managed.state();
    return state?.phase === 'running' && state.pid !== pid;
  };

  it('that is killed comes back and still has its running task, whose exit it then reports', async () => {
    const { id, init } = await runLong();
    const { pid } = test.managed.state() ?? {};
    assert.ok(pid);
    process.kill(pid, 'SIGKILL');
    assert.ok(await waitUntil(() => isRunning(pid), within));

    assert.ok(isAlive(init), 'the container kept running');
    assert.equal((await test.client.tasks.get(id)).pid, init.pid);
    const exit = test.client.tasks.wait(id);
    await test.client.tasks.kill(id, 15);
    await test.client.tasks.kill(id, 9);
    assert.equal((await exit).exitStatus, 137);
    const exited = test.events.find((event) => event.type === 'exited');
    assert.deepEqual([exited?.pid, exited?.signal], [pid, 'SIGKILL']);
    assert.equal(test.managed.state()?.restarts, 1);
  });

  it('does not show a task that ended while it was down as running: 1.6 has its exit, later ones drop it', async () => {
    const { id, init } = await runLong();
    await test.managed.stop();
    process.kill(init.pid, 'SIGKILL');
    assert.ok(await waitUntil(() => !isAlive(init), within));
    const { version } = await test.managed.start();
    const exit = await ifFound(test.client.tasks.wait(id));
    if (!version.startsWith('1.6.')) return assert.equal(exit, undefined);
    assert.equal(exit?.exitStatus, 137);
    assert.ok(exit.exitedAt && Math.abs(Date.now() - exit.exitedAt.getTime()) < 60_000);
  });

  it('is adopted by the next daemon, which notices its end too', async () => {
    const { pid } = test.managed.state() ?? {};
    test.managed.detach();
    test.managed = test.newManaged();
    await test.managed.start();
    assert.deepEqual([test.managed.state()?.pid, test.managed.state()?.adopted], [pid, true]);
    process.kill(pid as number, 'SIGKILL');
    assert.ok(await waitUntil(() => isRunning(pid), within));
    assert.equal(test.managed.state()?.adopted, false);
  });

  it('is adopted even if its pid file was never written', async () => {
    const { pid } = test.managed.state() ?? {};
    test.managed.detach();
    await rm(join(test.dir, 'state/containerd.pid'));
    test.managed = test.newManaged();
    await test.managed.start();
    assert.equal(test.managed.state()?.pid, pid);
  });

  it('ends a stream of events when it dies, and takes calls when it is back', async () => {
    const events = await test.client.events.subscribe(['topic~="^/tasks/"']);
    const { pid } = test.managed.state() ?? {};
    const next: Promise<IteratorResult<ContainerdEvent>> = events.next();
    process.kill(pid as number, 'SIGKILL');
    await assert.rejects(next, { code: 'PCH_CONTAINERD_UNAVAILABLE' });
    // Also a call that comes while it is away.
    await test.client.version.get();
    assert.ok(await waitUntil(() => isRunning(pid), within));
  });

  it('lives beside another one with the same ids', async () => {
    const other = await TestContainerd.start();
    try {
      for (const one of [test, other]) {
        await one.createTask('same', '/bin/sleep', '1000');
        await one.client.tasks.start('same');
      }
      await other.client.tasks.kill('same', 9);
      assert.equal((await other.client.tasks.wait('same')).exitStatus, 137);
      assert.equal((await test.client.tasks.list()).length, 1);
    } finally {
      await other.remove();
    }
  });

  it('keeps its log and writes nothing outside of its directories', async () => {
    assert.match(
      await readFile(join(test.dir, 'root/containerd.log'), 'utf8'),
      /containerd successfully booted/,
    );
    const config = await readFile(join(test.dir, 'root/config.toml'), 'utf8');
    for (const [, path] of config.matchAll(/^(?:root|state|address|path) = "(.+)"$/gm))
      assert.ok(path?.startsWith(test.dir));
  });
});
