import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { waitUntil } from '../../core/wait/waitUntil.ts';
import { identityOf } from '../support/host/inventory.ts';
import { sampleTests } from '../support/someOf.ts';
import { useDaemon } from '../support/useDaemon.ts';

describe('while pouchd is down', function () {
  this.timeout(90_000);
  this.slow(15_000);
  const daemon = useDaemon();
  const { pouch, ok } = daemon;
  const state = async (ref: string) => (await daemon.it.inspect(ref))!.State;

  /** Runs something without the daemon; it ends by a signal of its own choice. */
  async function meanwhile(
    work: () => Promise<void>,
    signal: 'SIGTERM' | 'SIGKILL' = 'SIGKILL',
  ): Promise<void> {
    if (signal === 'SIGKILL') await daemon.it.kill9();
    else await daemon.it.stop();
    try {
      await work();
    } finally {
      await daemon.it.start();
    }
  }

  /** Until the container's process is gone. */
  async function untilDead(pid: number): Promise<number> {
    const isGone = () => !existsSync(`/proc/${pid}`);
    assert.ok(await waitUntil(isGone, { withinMs: 20_000, everyMs: 5 }), `process ${pid} still runs`);
    return Date.now();
  }

  describe('running containers', () => {
    for (const signal of ['SIGTERM', 'SIGKILL'] as const)
      it(`containers run on after its ${signal}`, async () => {
        const id = await ok('run', '-d', 'busybox', 'sleep', '1000');
        const identity = identityOf((await state(id)).Pid);
        await meanwhile(() => Promise.resolve(), signal);
        const { Pid, Status } = await state(id);
        assert.equal(Status, 'running');
        assert.equal(identityOf(Pid), identity);
        assert.equal(await ok('exec', id, 'echo', 'runs'), 'runs');
        await ok('rm', '-f', id);
      });

    it('a paused container stays paused', async () => {
      const id = await ok('run', '-d', 'busybox', 'sleep', '1000');
      await ok('pause', id);
      await meanwhile(() => Promise.resolve());
      assert.equal((await state(id)).Status, 'paused');
      await ok('unpause', id);
      assert.equal(await ok('exec', id, 'echo', 'awake'), 'awake');
      await ok('rm', '-f', id);
    });
  });

  describe('output', () => {
    it('output is written to the log whole, in order, and with its own times', async () => {
      const script = 'i=0; while [ $i -lt 60 ]; do echo line $i; i=$((i+1)); sleep 0.05; done; echo end';
      const id = await ok('run', '-d', 'busybox', 'sh', '-c', script);
      const { Pid } = await state(id);
      const down = { from: 0, to: 0 };
      await meanwhile(async () => {
        down.from = Date.now();
        down.to = await untilDead(Pid);
      });
      await daemon.it.until(id, 'exited');
      const lines = (await ok('logs', '-t', id))
        .split('\n')
        .map((line) => line.split(/ (.*)/s) as [string, string]);
      const expected = [...Array(60).keys()].map((i) => `line ${i}`);
      assert.deepEqual(
        lines.map(([, text]) => text),
        [...expected, 'end'],
      );
      const times = lines.map(([time]) => Date.parse(time));
      assert.deepEqual(
        times,
        times.toSorted((a, b) => a - b),
      );
      const meantime = times.filter((time) => time > down.from && time < down.to);
      assert.ok(meantime.length > 10, `${meantime.length} lines have times of the downtime`);
      await ok('rm', id);
    });

    it('much output does not block the container', async () => {
      const id = await ok('run', '-d', 'busybox', 'sh', '-c', 'sleep 1; seq 40000; echo done');
      const { Pid } = await state(id);
      await meanwhile(async () => void (await untilDead(Pid)));
      await daemon.it.until(id, 'exited');
      const lines = (await ok('logs', id)).split('\n');
      assert.equal(lines.length, 40_001);
      assert.equal(lines.at(-1), 'done');
      await ok('rm', id);
    });
  });

  describe('exits', () => {
    it('an exit is reported afterwards with its code and its time', async () => {
      const id = await ok('run', '-d', 'busybox', 'sh', '-c', 'sleep 1; exit 7');
      const { Pid } = await state(id);
      let died = 0;
      await meanwhile(async () => {
        died = await untilDead(Pid);
        // The time of the exit must differ from that of its discovery.
        await delay(500);
      });
      const { ExitCode, FinishedAt } = await daemon.it.until(id, 'exited').then(({ State }) => State);
      assert.equal(ExitCode, 7);
      assert.ok(
        Math.abs(Date.parse(FinishedAt) - died) < 400,
        `finished ${FinishedAt}, died ${new Date(died).toISOString()}`,
      );
      assert.equal(await ok('wait', id), '7');
      assert.equal((await pouch('start', '-a', id)).exitCode, 7);
      await ok('rm', id);
    });

    it('--rm of a container that ended is honoured', async () => {
      const id = await ok('run', '-d', '--rm', '-v', '/data', 'busybox', 'sleep', '1');
      const { Pid } = await state(id);
      await meanwhile(async () => void (await untilDead(Pid)));
      await daemon.it.until(id, 'gone');
    });

    const policies: [string, number, boolean][] = [
      ['always', 0, true],
      ['unless-stopped', 0, true],
      ['on-failure', 3, true],
      ['on-failure', 0, false],
      ['no', 3, false],
    ];
    for (const [policy, code, restarts] of policies)
      it(`one with --restart ${policy} that ended with ${code} is ${restarts ? '' : 'not '}started again`, async () => {
        const script = `test -e /again && sleep 1000; touch /again; sleep 1; exit ${code}`;
        const id = await ok('run', '-d', '--restart', policy, 'busybox', 'sh', '-c', script);
        const { Pid } = await state(id);
        await meanwhile(async () => void (await untilDead(Pid)));
        const { State } = await daemon.it.until(id, restarts ? 'running' : 'exited');
        if (!restarts) assert.equal(State.ExitCode, code);
        await ok('rm', '-f', id);
      });

    it('a container that its user had stopped is brought back by always alone', async () => {
      const [always, unless] = await Promise.all(
        ['always', 'unless-stopped'].map((policy) =>
          ok('run', '-d', '--restart', policy, 'busybox', 'sleep', '1000'),
        ),
      );
      await ok('stop', '-t', '0', always!, unless!);
      await meanwhile(() => Promise.resolve(), 'SIGTERM');
      await daemon.it.until(always!, 'running');
      assert.equal((await state(unless!)).Status, 'exited');
      await ok('rm', '-f', always!, unless!);
    });
  });

  describe('leftovers and damage', () => {
    it('a damaged record is named in the log and touches no other container', async () => {
      const damaged = await ok('run', '-d', '--name', 'damaged', 'busybox', 'sleep', '1000');
      const sound = await ok('run', '-d', 'busybox', 'sleep', '1000');
      const { Pid } = await state(damaged);
      const file = `${daemon.it.root}/containers/${damaged}/config.json`;
      const content = await readFile(file, 'utf8');
      await meanwhile(() => writeFile(file, content.slice(0, 100)));
      assert.equal((await state(sound)).Status, 'running');
      assert.match(await daemon.it.log(), new RegExp(`a container is damaged.*${damaged}/config.json`));
      assert.ok(existsSync(`/proc/${Pid}`), 'its process keeps running');
      await meanwhile(() => writeFile(file, content));
      assert.equal((await state('damaged')).Pid, Pid);
      await ok('rm', '-f', damaged, sound);
    });

    // A containerd that is killed while it removes a task leaves it.
    it('a bundle without a container is removed, one in use is not', async () => {
      const id = await ok('run', '-d', '--network', 'none', 'busybox', 'sleep', '1000');
      const bundles = join(
        daemon.it.state,
        'containerd/io.containerd.runtime.v2.task',
        daemon.it.containerd.namespace,
      );
      const stray = 'e'.repeat(64);
      await meanwhile(async () => {
        for (const name of [stray, `.${stray}`])
          await mkdir(join(bundles, name, 'rootfs'), { recursive: true });
      });
      assert.deepEqual(await readdir(bundles), [id]);
      assert.equal((await state(id)).Status, 'running');
      await ok('rm', '-f', id);
    });

    it('an exec that ran leaves no streams', async () => {
      const id = await ok('run', '-d', 'busybox', 'sleep', '1000');
      const cutOff = pouch('exec', id, 'sleep', '1000');
      await waitUntil(async () => (await ok('top', id)).split('sleep 1000').length > 2, { withinMs: 30_000 });
      await meanwhile(() => Promise.resolve());
      assert.notEqual((await cutOff).exitCode, 0);
      await ok('rm', '-f', id);
    });
  });

  sampleTests(this);
});
