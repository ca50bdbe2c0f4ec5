import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { waitUntil } from '../../core/wait/waitUntil.ts';
import { cgroupFile } from '../support/cgroupFile.ts';
import { ociRuntimes } from '../support/ociRuntimes.ts';
import { useDaemon } from '../support/useDaemon.ts';

const yaml = `runtime:
  add:
    fixed: { binary: runc, lacks: [liveUpdate, stats] }
plugins:
  - path: ${join(import.meta.dirname, 'support/plugins/capsMemory.ts')}
`;
const MiB = 2 ** 20;

describe('update', function () {
  this.timeout(60_000);
  this.slow(10_000);
  const daemon = useDaemon({ yaml });
  const { ok, pouch } = daemon;
  const inspect = async (ref: string) => (await daemon.it.inspect(ref))!;
  const sleeper = (name: string, ...options: string[]) =>
    ok('run', '-d', '--name', name, '--network', 'none', ...options, 'busybox', 'sleep', '1000');

  /** What the kernel has, and what the record says. */
  const memoryOf = async (ref: string) => {
    const { State, HostConfig } = await inspect(ref);
    const kernel = Number(cgroupFile(State.Pid, 'memory', 'memory.limit_in_bytes', 'memory.max'));
    return { kernel: kernel / MiB, record: HostConfig.Memory! / MiB };
  };
  const pidsOf = async (ref: string) =>
    cgroupFile((await inspect(ref)).State.Pid, 'pids', 'pids.max', 'pids.max');
  const quotaOf = async (ref: string) =>
    Number(
      cgroupFile((await inspect(ref)).State.Pid, 'cpu', 'cpu.cfs_quota_us', 'cpu.max')
        .replace(/^max.*/, '-1')
        .split(' ')[0],
    );
  const both = (size: number) => ({ kernel: size, record: size });

  for (const runtime of ociRuntimes)
    describe(`with ${runtime}`, () => {
      const name = `limited-${runtime}`;
      before(() => sleeper(name, '--runtime', runtime, '-m', '64m'));
      after(() => ok('rm', '-f', name));

      it('raises memory above the swap it had', async () => {
        await ok('update', '-m', '256m', name);
        assert.deepEqual(await memoryOf(name), both(256));
      });

      it('lowers memory and swap together', async () => {
        await ok('update', '-m', '32m', '--memory-swap', '48m', name);
        assert.deepEqual(await memoryOf(name), both(32));
      });

      it('lifts the limit of swap', async () => {
        await ok('update', '-m', '128m', '--memory-swap', '-1', name);
        assert.deepEqual(await memoryOf(name), both(128));
        assert.equal((await inspect(name)).HostConfig.MemorySwap, -1);
      });

      it('sets CPUs, and microseconds in their place', async () => {
        await ok('update', '--cpus', '0.5', name);
        assert.equal(await quotaOf(name), 50_000);
        await ok('update', '--cpu-quota', '20000', '--cpu-period', '50000', name);
        assert.equal(await quotaOf(name), 20_000);
        assert.equal((await inspect(name)).HostConfig.NanoCpus, 0);
        await ok('update', '--cpu-quota', '-1', name);
        // crun 1.8 cannot write an unlimited value: it writes all that the host has.
        assert.ok([-1, cpus().length * 50_000].includes(await quotaOf(name)), String(await quotaOf(name)));
      });

      it('limits processes, and frees them again', async () => {
        await ok('update', '--pids-limit', '17', name);
        assert.equal(await pidsOf(name), '17');
        await ok('update', '--pids-limit', '-1', name);
        assert.match(await pidsOf(name), /^(max|4194304)$/);
      });

      it('sets shares, memory nodes and CPUs to run on', async () => {
        await ok('update', '--cpu-shares', '512', '--cpuset-cpus', '0', '--cpuset-mems', '0', name);
        const { State } = await inspect(name);
        assert.equal(cgroupFile(State.Pid, 'cpuset', 'cpuset.cpus', 'cpuset.cpus'), '0');
        assert.equal((await inspect(name)).HostConfig.CpuShares, 512);
      });

      it('leaves what it does not name as it was', async () => {
        await ok('update', '-m', '96m', name);
        await ok('update', '--pids-limit', '99', name);
        assert.deepEqual(await memoryOf(name), both(96));
      });

      it('works for a paused one', async () => {
        await ok('pause', name);
        await ok('update', '-m', '100m', name);
        assert.deepEqual(await memoryOf(name), both(100));
        await ok('unpause', name);
      });

      it('leaves record and kernel alone when the kernel refuses', async () => {
        const before = await memoryOf(name);
        await ok('exec', name, 'sh', '-c', 'dd if=/dev/zero of=/dev/shm/full bs=1M count=40 2>/dev/null');
        const { exitCode, stderr } = await pouch('update', '-m', '8m', '--pids-limit', '5', name);
        assert.equal(exitCode, 1, 'tmpfs pages have no swap to go to');
        assert.match(stderr, /PCH_UPDATE_FAILED/);
        assert.deepEqual(await memoryOf(name), before);
        assert.equal(await pidsOf(name), '99');
        await ok('exec', name, 'rm', '/dev/shm/full');
        await ok('update', '-m', '8m', '--pids-limit', '5', name);
        assert.deepEqual(await memoryOf(name), both(8));
      });
    });

  describe('of a container that does not run', () => {
    before(() => ok('create', '--name', 'still', '--network', 'none', 'busybox', 'sleep', '1000'));
    after(() => ok('rm', '-f', 'still'));

    it('counts from the next start on', async () => {
      await ok('update', '-m', '80m', '--cpus', '1', 'still');
      await ok('start', 'still');
      assert.deepEqual(await memoryOf('still'), both(80));
      assert.equal(await quotaOf('still'), 100_000);
    });

    it('outlives stop and start', async () => {
      await ok('update', '-m', '90m', 'still');
      await ok('restart', '-t', '0', 'still');
      assert.deepEqual(await memoryOf('still'), both(90));
    });
  });

  describe('of a restart policy', () => {
    it('brings back what ends after it', async () => {
      await ok('run', '-d', '--name', 'back', '--network', 'none', 'busybox', 'sleep', '1000');
      await ok('update', '--restart', 'on-failure:3', 'back');
      const { HostConfig, State } = await inspect('back');
      assert.deepEqual(HostConfig.RestartPolicy, { Name: 'on-failure', MaximumRetryCount: 3 });
      process.kill(State.Pid, 'SIGKILL');
      const isBack = async () => {
        const now = await inspect('back');
        return now.State.Running && now.State.Pid !== State.Pid;
      };
      assert.ok(await waitUntil(isBack, { withinMs: 30_000 }));
      await ok('rm', '-f', 'back');
    });

    it('ends the wait of one that is to be restarted no more', async () => {
      await ok('run', '-d', '--name', 'loop', '--restart', 'always', '--network', 'none', 'busybox', 'false');
      const waits = async () =>
        (await inspect('loop')).State.Restarting === true && (await inspect('loop')).RestartCount > 2;
      assert.ok(await waitUntil(waits, { withinMs: 20_000 }));
      await ok('update', '--restart', 'no', 'loop');
      await daemon.it.until('loop', 'exited');
      await ok('rm', 'loop');
    });

    it('is refused for one that is removed at its end', async () => {
      await ok('run', '-d', '--rm', '--name', 'passing', '--network', 'none', 'busybox', 'sleep', '1000');
      const { exitCode, stderr } = await pouch('update', '--restart', 'always', 'passing');
      assert.equal(exitCode, 1);
      assert.match(stderr, /PCH_CONFLICT/);
      await ok('rm', '-f', 'passing');
    });
  });

  it('is refused where the runtime has none, and counts from the next start on', async () => {
    await sleeper('fixed', '--runtime', 'fixed');
    const { exitCode, stderr } = await pouch('update', '-m', '64m', 'fixed');
    assert.equal(exitCode, 1);
    assert.match(stderr, /PCH_RUNTIME_CANNOT/);
    assert.match(stderr, /--runtime .*runc.* can/);
    assert.equal((await inspect('fixed')).HostConfig.Memory, 0);
    const stats = await pouch('stats', '--no-stream', 'fixed');
    assert.match(stats.stderr, /PCH_RUNTIME_CANNOT/);
    await ok('update', '--restart', 'on-failure:1', 'fixed');
    await ok('kill', 'fixed');
    await daemon.it.until('fixed', 'exited');
    await ok('update', '-m', '64m', 'fixed');
    await ok('start', 'fixed');
    assert.deepEqual(await memoryOf('fixed'), both(64));
    await ok('rm', '-f', 'fixed');
  });

  it('shows in explain, in the spec and in the plan', async () => {
    await sleeper('seen', '-m', '64m');
    await ok('update', '-m', '128m', '--restart', 'always', 'seen');
    await ok('update', '-m', '192m', 'seen');
    const blame = await daemon.it.client.pouch.explain('seen', 'resources.memory.limit');
    assert.deepEqual(
      blame.map(({ plugin, hook, after }) => [plugin, hook, after]),
      [
        ['request', 'create', 64 * MiB],
        ['request', 'update', 192 * MiB],
      ],
    );
    const { Id } = await inspect('seen');
    const directory = join(daemon.it.root, 'containers', Id);
    const spec = JSON.parse(await readFile(join(directory, 'spec.json'), 'utf8'));
    assert.equal(spec.linux.resources.memory.limit, 192 * MiB);
    assert.ok(spec.linux.resources.devices.length > 0);
    const { spec: planned } = await daemon.it.client.pouch.storedPlan('seen');
    assert.deepEqual((planned as { linux: { resources: object } }).linux.resources, spec.linux.resources);
    await ok('rm', '-f', 'seen');
  });

  it('has plugins change it, and watch it', async () => {
    await sleeper('capped', '-m', '64m');
    await ok('update', '-m', '1g', 'capped');
    assert.equal((await memoryOf('capped')).kernel, 512);
    const blame = await daemon.it.client.pouch.explain('capped', 'resources.memory.limit');
    assert.deepEqual(
      blame.map(({ plugin, hook }) => `${plugin} ${hook}`),
      ['request create', 'request update', 'caps-memory container.preUpdate'],
    );
    const logged = /memory changed .*container=capped was=67108864 is=536870912/;
    assert.ok(await waitUntil(async () => logged.test(await daemon.it.log()), { withinMs: 30_000 }));
    await ok('rm', '-f', 'capped');
  });

  it('several at once: each is reported, also one that does not exist', async () => {
    await sleeper('one');
    await sleeper('two');
    const { exitCode, stdout, stderr } = await pouch('update', '-m', '70m', 'one', 'nosuch', 'two');
    assert.equal(exitCode, 1);
    assert.deepEqual(stdout.trim().split('\n').sort(), ['one', 'two']);
    assert.match(stderr, /nosuch/);
    assert.deepEqual(await memoryOf('two'), both(70));
    await ok('rm', '-f', 'one', 'two');
  });
});
