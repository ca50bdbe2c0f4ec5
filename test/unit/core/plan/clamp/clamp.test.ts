import assert from 'node:assert/strict';
import { clampToHost, type HostLimits } from '../../../../../core/plan/clamp/index.ts';
import { controllersIn, lastGroupIn } from '../../../../../core/plan/clamp/hostLimits.ts';
import { allCapabilities } from '../../../../../core/plan/capabilities.ts';
import type { OciResources } from '../../../../../hooks/oci.ts';
import { emptyDraft, requested } from '../support.ts';

const every = ['memory', 'cpu', 'cpuset', 'pids', 'blkio', 'hugetlb', 'rdma', 'net_cls', 'net_prio'];

/** A host that can give everything, but for what is named. */
function host(lack: Partial<HostLimits> = {}): HostLimits {
  return {
    capabilities: new Set(allCapabilities),
    oomScoreAdj: 0,
    rlimits: new Map(),
    controllers: new Set(every),
    hasControllerFile: () => true,
    ...lack,
  };
}

const unprivileged = new Set(allCapabilities.filter((name) => name !== 'CAP_SYS_RESOURCE'));

describe('what the host cannot give', () => {
  it('changes nothing where the host can give it all', async () => {
    const draft = await requested({
      privileged: false,
      capAdd: ['SYS_ADMIN'],
      ulimits: { nofile: { soft: 1, hard: -1 } },
    });
    const before = structuredClone({ process: draft.process, resources: draft.resources });
    assert.deepEqual(clampToHost(draft, host()), []);
    assert.deepEqual({ process: draft.process, resources: draft.resources }, before);
  });

  it('leaves out capabilities that pouchd lacks, and names them', async () => {
    const draft = await requested({ capAdd: ['SYS_RESOURCE', 'NET_ADMIN'] });
    const warnings = clampToHost(draft, host({ capabilities: unprivileged }));
    assert.deepEqual(warnings, ['without CAP_SYS_RESOURCE: pouchd itself lacks it']);
    assert.equal(draft.process.capabilities['CAP_SYS_RESOURCE'], undefined);
    assert.equal(draft.process.capabilities['CAP_NET_ADMIN'], true);
  });

  it('raises a lower OOM score, and lowers a higher limit, to pouchd’s own', async () => {
    const limits = {
      capabilities: unprivileged,
      oomScoreAdj: 100,
      rlimits: new Map([['RLIMIT_NOFILE', 1024]]),
    };
    const draft = await requested({
      oomScoreAdj: -500,
      ulimits: { nofile: { soft: 512, hard: 4096 }, nproc: { soft: 5, hard: 5 } },
    });
    const warnings = clampToHost(draft, host(limits));
    assert.equal(draft.process.oomScoreAdj, 100);
    assert.deepEqual(draft.process.rlimits['RLIMIT_NOFILE'], { soft: 512, hard: 1024 });
    assert.deepEqual(draft.process.rlimits['RLIMIT_NPROC'], { soft: 5, hard: 5 });
    assert.match(
      warnings.join('\n'),
      /`oomScoreAdj` -500 became 100.*\n`ulimits\["nofile"\]`=4096 became 1024/,
    );
  });

  it('an unlimited soft limit becomes the hard one', async () => {
    const draft = await requested({ ulimits: { nofile: { soft: -1, hard: -1 } } });
    clampToHost(draft, host({ capabilities: unprivileged, rlimits: new Map([['RLIMIT_NOFILE', 9]]) }));
    assert.deepEqual(draft.process.rlimits['RLIMIT_NOFILE'], { soft: 9, hard: 9 });
  });

  const asked: [string, OciResources, OciResources][] = [
    ['hugetlb', { hugepageLimits: [{ pageSize: '2MB', limit: 1 }] }, {}],
    ['rdma', { rdma: { mlx5_1: { hcaHandles: 3 } } }, {}],
    ['net_cls', { network: { classID: 1, priorities: [] } }, { network: { priorities: [] } }],
    ['cpuset', { cpu: { cpus: '0', shares: 5 } }, { cpu: { shares: 5 } }],
    ['pids', { pids: { limit: 5 } }, {}],
    ['memory', { memory: { limit: 1, swap: 2 } }, {}],
  ];
  for (const [controller, resources, left] of asked)
    it(`leaves out limits of the missing controller ${controller}`, () => {
      const draft = { ...emptyDraft(), resources: structuredClone(resources) };
      const controllers = new Set(every.filter((name) => name !== controller));
      const [warning, ...more] = clampToHost(draft, host({ controllers }));
      assert.match(warning ?? '', new RegExp(`no cgroup controller ${controller}$`));
      assert.deepEqual([draft.resources, more], [left, []]);
    });

  it('leaves out a block I/O weight that no scheduler takes', async () => {
    const draft = await requested({ resources: { blkioWeight: 500, memory: 64 << 20 } });
    const warnings = clampToHost(draft, host({ hasControllerFile: (_, file) => file !== 'blkio.weight' }));
    assert.match(warnings.join(), /^without `resources\.blkioWeight`: the kernel has no blkio.weight/);
    assert.deepEqual(draft.resources.blockIO, {});
    assert.equal(draft.resources.memory?.swap, 128 << 20);
  });

  it('passes real-time limits on, and refuses them on a kernel without real-time groups', async () => {
    const draft = await requested({ resources: { cpuRealtimePeriod: 500_000, cpuRealtimeRuntime: 20_000 } });
    assert.deepEqual(clampToHost(draft, host()), []);
    assert.deepEqual(draft.resources.cpu, { realtimePeriod: 500_000, realtimeRuntime: 20_000 });
    const lacking = host({ hasControllerFile: (_, file) => !file.startsWith('cpu.rt_') });
    assert.throws(() => clampToHost(draft, lacking), {
      code: 'PCH_NOT_SUPPORTED',
      message: /`resources\.cpuRealtimePeriod`: the kernel has no cpu\.rt_period_us/,
    });
  });

  it('finds the controllers of version 1 in the mounts, and those of version 2 in its root', () => {
    const v1 = 'tmpfs /sys/fs/cgroup tmpfs rw 0 0\ncgroup /sys/fs/cgroup/cpu cgroup rw,cpu,cpuacct 0 0\n';
    const hybrid = `${v1}cgroup2 /sys/fs/cgroup/unified cgroup2 rw 0 0\n`;
    const none = () => '';
    for (const mounts of [v1, hybrid])
      assert.deepEqual([...controllersIn(mounts, none).controllers], ['rw', 'cpu', 'cpuacct']);
    const v2 = controllersIn('cgroup2 /sys/fs/cgroup cgroup2 rw 0 0\n', () => 'cpuset cpu io memory\n');
    assert.ok(v2.controllers.has('blkio') && !v2.controllers.has('pids'));
  });

  it('finds the largest group of the user namespace of pouchd', () => {
    assert.equal(lastGroupIn('         0          0 4294967295\n'), 4_294_967_294);
    assert.equal(lastGroupIn('         1     100001      65535\n         0       1000          1\n'), 0);
    assert.equal(lastGroupIn('0 100000 65536\n'), 65_535);
  });
});
