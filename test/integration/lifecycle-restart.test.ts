import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { waitUntil } from '../../core/wait/waitUntil.ts';
import { useDaemon } from '../support/useDaemon.ts';

describe('restart policies', function () {
  this.timeout(60_000);
  this.slow(10_000);
  const daemon = useDaemon();
  const { ok } = daemon;
  const inspect = async (ref: string) => (await daemon.it.inspect(ref))!;

  it('on-failure:2 starts it two times more, and gives up with its exit code', async () => {
    const id = await ok('run', '-d', '--restart', 'on-failure:2', 'busybox', 'sh', '-c', 'echo run; exit 4');
    await untilRestarted(id, 2);
    assert.equal((await daemon.it.until(id, 'exited')).State.ExitCode, 4);
    assert.equal(await ok('wait', id), '4');
    await delay(1000);
    assert.equal((await inspect(id)).RestartCount, 2);
    assert.equal(await ok('logs', id), 'run\nrun\nrun');
    await ok('rm', id);
  });

  it('on-failure leaves alone what succeeds', async () => {
    const id = await ok('run', '-d', '--restart', 'on-failure', 'busybox', 'true');
    await daemon.it.until(id, 'exited');
    await delay(300);
    assert.equal((await inspect(id)).RestartCount, 0);
    await ok('rm', id);
  });

  for (const policy of ['always', 'unless-stopped'])
    it(`${policy} starts what ended by itself, not what its user stopped or killed`, async () => {
      const script = 'test -e /again && exec sleep 1000; touch /again';
      const id = await ok('run', '-d', '--restart', policy, 'busybox', 'sh', '-c', script);
      await daemon.it.until(id, 'restarting').catch(() => {});
      await daemon.it.until(id, 'running');
      for (const end of [['stop', '-t', '0'], ['kill']]) {
        await ok(...end, id);
        await daemon.it.until(id, 'exited');
        await delay(500);
        assert.equal((await inspect(id)).State.Status, 'exited');
        await ok('start', id);
      }
      await ok('rm', '-f', id);
    });

  it('a container that waits for its restart can be stopped, started and removed', async () => {
    const failing = () => ok('run', '-d', '--restart', 'always', 'busybox', 'sh', '-c', 'exit 1');
    const stopped = await failing();
    await daemon.it.until(stopped, 'restarting');
    await ok('stop', stopped);
    assert.equal((await inspect(stopped)).State.Status, 'exited');
    const removed = await failing();
    await daemon.it.until(removed, 'restarting');
    const { exitCode, stderr } = await daemon.pouch('rm', removed);
    assert.equal(exitCode, 1);
    assert.match(stderr, /You cannot remove a (restarting|running) container/);
    await daemon.it.until(removed, 'restarting');
    await ok('rm', '-f', removed);
    await delay(300);
    assert.equal(await daemon.it.inspect(removed), undefined);
    await ok('rm', stopped);
  });

  it('the delay grows with each failure', async () => {
    const id = await ok('run', '-d', '--restart', 'always', 'busybox', 'date', '+%s.%N');
    await delay(2500);
    const { RestartCount } = await inspect(id);
    assert.ok(RestartCount >= 2 && RestartCount <= 5, `${RestartCount} restarts`);
    await ok('rm', '-f', id);
  });

  it('restarts by policy keep the network’s address free for it', async () => {
    const id = await ok(
      'run',
      '-d',
      '--restart',
      'on-failure:3',
      'busybox',
      'sh',
      '-c',
      'ip -4 addr show eth0; exit 1',
    );
    await untilRestarted(id, 3);
    await daemon.it.until(id, 'exited');
    assert.equal((await ok('logs', id)).match(/inet /g)?.length, 4);
    await ok('rm', id);
  });

  async function untilRestarted(id: string, times: number): Promise<void> {
    const isReached = async () => (await inspect(id)).RestartCount === times;
    assert.ok(
      await waitUntil(isReached, { withinMs: 30_000 }),
      `${(await inspect(id)).RestartCount} restarts`,
    );
  }
});
