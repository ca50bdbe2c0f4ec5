import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { cgroup2Usage } from '../../../../core/host/cgroup2Usage.ts';
import { cpuTimeMs } from '../../../../core/host/cpuTime.ts';
import { oomKills } from '../../../../core/host/oomKills.ts';

/** Files in a folder stand for those of the kernel: this host may have the other version. */
describe('files of cgroups', () => {
  let root: string;
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'pouch-cgroups-'));
  });
  afterEach(() => rm(root, { recursive: true }));

  async function write(files: Record<string, string>): Promise<void> {
    for (const [path, text] of Object.entries(files)) {
      await mkdir(dirname(join(root, path)), { recursive: true });
      await writeFile(join(root, path), text);
    }
  }

  it('v1: counts the OOM kills of the cgroup and its descendants', async () => {
    const control = (kills: number) => `oom_kill_disable 0\nunder_oom 0\noom_kill ${kills}\n`;
    await write({
      'memory/pouch/one/memory.oom_control': control(1),
      'memory/pouch/one/payload/memory.oom_control': control(2),
      'memory/pouch/other/memory.oom_control': control(4),
    });
    assert.equal(await oomKills('/pouch/one', root), 3);
    assert.equal(await oomKills('/pouch/gone', root), 0);
  });

  it('v2: reads a counter that includes descendants', async () => {
    await write({
      'cgroup.controllers': 'memory\n',
      'one/memory.events': 'low 0\nhigh 0\nmax 7\noom 2\noom_kill 2\noom_group_kill 0\n',
      'one/payload/memory.events': 'oom_kill 2\n',
    });
    assert.equal(await oomKills('/one', root), 2);
    assert.equal(await oomKills('/gone', root), 0);
  });

  it('v1 and v2: CPU time', async () => {
    await write({ 'cpuacct/one/cpuacct.usage': '2500000\n' });
    assert.equal(await cpuTimeMs('/one', root), 2.5);
    assert.equal(await cpuTimeMs('/gone', root), undefined);
    await write({ 'cgroup.controllers': 'cpu\n', 'one/cpu.stat': 'usage_usec 1500\nuser_usec 1000\n' });
    assert.equal(await cpuTimeMs('/one', root), 1.5);
    assert.equal(await cpuTimeMs('/gone', root), undefined);
  });

  it('v2: usage', async () => {
    await write({
      'cpu.stat':
        'usage_usec 30\nuser_usec 20\nsystem_usec 10\nnr_periods 5\nnr_throttled 2\nthrottled_usec 7\n',
      'memory.current': '4096\n',
      'memory.peak': '8192\n',
      'memory.max': '67108864\n',
      'memory.swap.current': '512\n',
      'memory.stat': 'anon 1024\ninactive_file 2048\n',
      'memory.events': 'max 3\noom_kill 0\n',
      'pids.current': '4\n',
      'pids.max': 'max\n',
      'io.stat':
        '8:0 rbytes=10 wbytes=20 rios=1 wios=2 dbytes=0 dios=0\n8:16 \n259:1 rbytes=5 wbytes=0 rios=1 wios=0\n',
    });
    const usage = await cgroup2Usage(root);
    assert.deepEqual(usage?.cpu, {
      totalNs: 30_000,
      userNs: 20_000,
      systemNs: 10_000,
      perCpuNs: [],
      periods: 5,
      throttledPeriods: 2,
      throttledNs: 7_000,
    });
    assert.deepEqual(usage?.memory, {
      usageBytes: 4096,
      maxUsageBytes: 8192,
      limitBytes: 67_108_864,
      inactiveFileBytes: 2048,
      swapBytes: 512,
      failures: 3,
      details: { anon: 1024, inactive_file: 2048 },
    });
    assert.deepEqual(usage?.pids, { current: 4, limit: undefined });
    assert.deepEqual([usage?.io.readBytes, usage?.io.writtenBytes], [15, 20]);
    assert.equal(usage?.io.devices['io_serviced']?.length, 4);
  });

  it('v2: copes with a missing peak, a missing controller and a missing cgroup', async () => {
    await write({ 'cpu.stat': 'usage_usec 1\n' });
    const usage = await cgroup2Usage(root);
    assert.deepEqual(
      [usage?.memory.maxUsageBytes, usage?.memory.limitBytes, usage?.cpu.userNs],
      [0, undefined, 0],
    );
    assert.equal(await cgroup2Usage(join(root, 'gone')), undefined);
  });
});
