import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { StatsResponse } from '../../client/index.ts';
import { waitUntil } from '../../core/wait/waitUntil.ts';
import { ociRuntimes } from '../support/ociRuntimes.ts';
import { useDaemon } from '../support/useDaemon.ts';
import { fastest } from '../support/fastest.ts';

const MiB = 2 ** 20;

describe('stats', function () {
  this.timeout(60_000);
  this.slow(10_000);
  const daemon = useDaemon();
  const { ok, pouch } = daemon;
  const statsOf = (ref: string) => daemon.it.client.containers.stats(ref);
  const keep = (name: string, script: string, ...options: string[]) =>
    ok('run', '-d', '--name', name, ...options, 'busybox', 'sh', '-c', script);

  for (const runtime of ociRuntimes)
    describe(`with ${runtime}`, () => {
      const name = `used-${runtime}`;
      const busy = 'dd if=/dev/zero of=/dev/shm/x bs=1M count=20 2>/dev/null; while :; do :; done';
      before(async () => {
        await keep(name, busy, '--runtime', runtime, '-m', '100m', '--cpus', '0.5', '--pids-limit', '77');
        const isFull = async () => {
          const { memory_stats, pids_stats, cpu_stats } = await statsOf(name);
          // dd has ended, too. On a busy host it takes a while until half a CPU is to be had, and more is refused.
          const isThrottled = cpu_stats.throttling_data.throttled_periods > 0;
          return memory_stats.usage! > 20 * MiB && pids_stats.current === tasks && isThrottled;
        };
        assert.ok(await waitUntil(isFull, { withinMs: 20_000 }));
      });
      // LXC's monitor is in the container's cgroup.
      const tasks = runtime === 'runlxc' ? 2 : 1;
      after(() => ok('rm', '-f', name));

      it('reports CPU, memory, processes and networks, twice, a second apart', async () => {
        const stats = await statsOf(name);
        assert.equal(stats.name, `/${name}`);
        assert.equal(stats.id, (await daemon.it.inspect(name))!.Id);
        assert.equal(stats.memory_stats.limit, 100 * MiB);
        assert.ok(stats.memory_stats.usage! > 20 * MiB && stats.memory_stats.usage! < 100 * MiB);
        assert.ok(Object.keys(stats.memory_stats.stats!).length > 20);
        assert.deepEqual(stats.pids_stats, { current: tasks, limit: 77 });
        const gap = Date.parse(stats.read) - Date.parse(stats.preread);
        assert.ok(gap >= 400 && gap < 3000, `${gap} ms`);
        const used = stats.cpu_stats.cpu_usage.total_usage - stats.precpu_stats.cpu_usage.total_usage;
        const share = used / 1e6 / gap;
        assert.ok(share > 0.1 && share < 0.75, `half a CPU, found ${share}`);
        assert.ok(stats.cpu_stats.throttling_data.throttled_periods > 0);
        assert.deepEqual(Object.keys(stats.networks!), ['eth0']);
      });

      it('is a table, or what a template makes of it', async () => {
        const table = await ok('stats', '--no-stream', name);
        const [head, line = ''] = table.split('\n');
        assert.match(
          head!,
          /^CONTAINER ID +NAME +CPU % +MEM USAGE \/ LIMIT +MEM % +NET I\/O +BLOCK I\/O +PIDS$/,
        );
        assert.match(line, new RegExp(`^[0-9a-f]{12} +${name} +[\\d.]+% +[\\d.]+MiB / 100MiB +[\\d.]+% +`));
        assert.equal(
          await ok('stats', '--no-stream', '--format', '{{.Name}} {{.PIDs}}', name),
          `${name} ${tasks}`,
        );
      });
    });

  it('counts the bytes of the network', async () => {
    await keep('server', 'nc -ll -p 80 -e cat');
    const { NetworkSettings } = (await daemon.it.inspect('server'))!;
    const ip = NetworkSettings.Networks!['bridge']!.IPAddress!;
    await daemon.sh(`head -c 200000 /dev/zero | nc -w 1 ${ip} 80 > /dev/null`);
    const { networks } = await statsOf('server');
    assert.ok(networks!['eth0']!.rx_bytes > 200_000, JSON.stringify(networks));
    await ok('rm', '-f', 'server');
  });

  it('has no networks for a container in the host’s', async () => {
    await keep('inhost', 'sleep 1000', '--network', 'host');
    assert.equal((await statsOf('inhost')).networks, undefined);
    await ok('rm', '-f', 'inhost');
  });

  it('of a container that does not run is zero, and comes at once', async () => {
    await ok('create', '--name', 'still', 'busybox', 'true');
    const stats = await statsOf('still');
    const ms = await fastest(3, () => statsOf('still'));
    assert.ok(ms < 500, `${ms} ms`);
    assert.equal(stats.read, '0001-01-01T00:00:00Z');
    assert.equal(stats.cpu_stats.cpu_usage.total_usage, 0);
    assert.deepEqual([stats.memory_stats, stats.pids_stats], [{}, {}]);
    assert.match(await ok('stats', '--no-stream', '-a'), /still +0\.00% +0B \/ 0B/);
    await ok('rm', 'still');
  });

  it('follows a container through its end and its next start to its removal', async () => {
    await keep('followed', 'sleep 1000', '--network', 'none');
    const received: StatsResponse[] = [];
    const stream = (async () => {
      for await (const stats of daemon.it.client.containers.followStats('followed')) received.push(stats);
    })();
    const isTold = (holds: (last: StatsResponse) => boolean) =>
      waitUntil(() => received.length > 0 && holds(received.at(-1)!), { withinMs: 30_000 });
    assert.ok(await isTold(({ pids_stats }) => (pids_stats.current ?? 0) > 0));
    assert.ok(await isTold(({ precpu_stats }) => precpu_stats.system_cpu_usage !== undefined));
    await ok('stop', '-t', '0', 'followed');
    assert.ok(await isTold(({ pids_stats }) => pids_stats.current === undefined));
    await ok('start', 'followed');
    assert.ok(await isTold(({ pids_stats }) => (pids_stats.current ?? 0) > 0));
    await ok('rm', '-f', 'followed');
    await stream;
  });

  it('shows new containers in a live table, and leaves out those that have ended', async () => {
    const child = spawn(join(import.meta.dirname, '../../bin/pouch'), ['-H', daemon.it.host, 'stats'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let text = '';
    child.stdout.on('data', (data: Buffer) => (text += data.toString()));
    const lastTable = () => text.slice(text.lastIndexOf('CONTAINER ID'));
    try {
      await keep('comes', 'sleep 1000', '--network', 'none');
      assert.ok(await waitUntil(() => /comes +\d/.test(lastTable()), { withinMs: 15_000 }), text);
      await ok('rm', '-f', 'comes');
      assert.ok(await waitUntil(() => !lastTable().includes('comes'), { withinMs: 15_000 }), text);
    } finally {
      child.kill();
      await once(child, 'close');
    }
  });

  it('names a container that does not exist, and shows the others', async () => {
    await keep('there', 'sleep 1000', '--network', 'none');
    const { exitCode, stdout, stderr } = await pouch('stats', '--no-stream', 'there', 'nosuch');
    assert.equal(exitCode, 1);
    assert.match(stdout, /there/);
    assert.match(stderr, /No such container: nosuch/);
    await ok('rm', '-f', 'there');
  });

  it('serves a hundred clients in the time of one', async () => {
    await keep('asked', 'sleep 1000', '--network', 'none');
    const ms = await fastest(2, () => Promise.all(Array.from({ length: 100 }, () => statsOf('asked'))));
    assert.ok(ms < 4000, `${ms} ms`);
    await ok('rm', '-f', 'asked');
  });
});
