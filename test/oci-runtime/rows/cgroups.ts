import assert from 'node:assert/strict';
import { existsSync, statSync } from 'node:fs';
import { until } from '../support/call.ts';
import { cgroupFile, cgroupValues, controllerHere, isUnified, ownCgroups } from '../support/cgroups.ts';
import { succeeded, type Container } from '../support/container.ts';
import { withUserNamespace } from '../support/edit.ts';
import { see } from '../support/see.ts';
import { section, type Row } from '../support/row.ts';
import type { Spec } from '../support/spec.ts';

/** config-linux.md, Cgroups Path. */
export const cgroupRows = section('config-linux.md#cgroups-path', [
  {
    must: 'an absolute cgroupsPath is below the mount point of every hierarchy',
    test: async (c) => {
      await c.running();
      for (const { controllers, path } of ownCgroups((await c.state()).pid!))
        assert.ok(path.startsWith(c.place.cgroup), `${controllers}: ${path}`);
    },
  },
  {
    must: 'a container without cgroupsPath has a cgroup of its own',
    spec: ({ linux }) => delete linux.cgroupsPath,
    test: async (c) => {
      await c.running();
      const { pid } = await c.state();
      const path = ownCgroups(pid!).find(
        ({ controllers }) => controllers === 'pids' || controllers === '',
      )!.path;
      assert.notEqual(
        path,
        ownCgroups(process.pid).find(({ controllers }) => /^(pids)?$/.test(controllers))!.path,
      );
    },
  },
  {
    must: 'the cgroup is gone when the container is deleted',
    test: async (c) => {
      await c.running();
      assert.ok(existsSync(cgroupFile(c, 'pids', 'cgroup.procs')));
      await c.removed();
      await until('the cgroup is gone', () => !existsSync(cgroupFile(c, 'pids', 'cgroup.procs')));
    },
  },
  {
    must: 'a process that the container leaves in its cgroup ends with it',
    spec: ({ linux }) => (linux.namespaces = linux.namespaces.filter(({ type }) => type !== 'pid')),
    test: async (c) => {
      await c.running('sleep 1000 & echo ready; wait');
      succeeded(await c.kill('KILL', '--all'));
      await c.becomes('stopped');
      succeeded(await c.delete());
    },
  },
  {
    must: 'a cgroup mount shows the hierarchies, read-only if it says so',
    spec: ({ mounts }) =>
      mounts.push({
        destination: '/sys/fs/cgroup',
        type: 'cgroup',
        source: 'cgroup',
        options: ['ro', 'nosuid'],
      }),
    sh: `ls /sys/fs/cgroup | grep -cxE 'pids|cgroup.procs'; mkdir /sys/fs/cgroup/pids/a 2>/dev/null || echo refused`,
    prints: '1\nrefused',
  },
  {
    must: 'a cgroup mount has the container’s own cgroup as its root',
    spec: ({ mounts }) =>
      mounts.push({ destination: '/sys/fs/cgroup', type: 'cgroup', source: 'cgroup', options: ['ro'] }),
    test: async (c) => {
      const file = isUnified() ? 'cgroup.procs' : 'pids/cgroup.procs';
      assert.match(await see(c, `cat /sys/fs/cgroup/${file}`), /^1$/m);
    },
  },
  {
    must: 'a writable cgroup mount lets the container make cgroups below its own',
    spec: ({ mounts }) => mounts.push({ destination: '/sys/fs/cgroup', type: 'cgroup', source: 'cgroup' }),
    test: async (c) => {
      const path = isUnified() ? '/sys/fs/cgroup/a' : '/sys/fs/cgroup/pids/a';
      assert.equal(await see(c, `mkdir ${path} && ls -d ${path}`), path);
    },
  },
]);

type Resources = NonNullable<Spec['linux']['resources']>;

/** The field, what it is set to, and what cgroup v1 and v2 then have in which file of which controller. */
interface Limit {
  field: string;
  resources: Resources;
  v1?: [controller: string, file: string, value: string];
  v2?: [file: string, value: string | RegExp];
}

const device = '7:0';
const throttle = { major: 7, minor: 0, rate: 1_048_576 };

const limits: Record<string, Limit[]> = {
  memory: [
    {
      field: 'limit',
      resources: { memory: { limit: 67_108_864 } },
      v1: ['memory', 'memory.limit_in_bytes', '67108864'],
      v2: ['memory.max', '67108864'],
    },
    {
      field: 'limit of -1, which is none,',
      resources: { memory: { limit: -1 } },
      v1: ['memory', 'memory.limit_in_bytes', '9223372036854771712'],
      v2: ['memory.max', 'max'],
    },
    {
      field: 'reservation',
      resources: { memory: { reservation: 33_554_432 } },
      v1: ['memory', 'memory.soft_limit_in_bytes', '33554432'],
      v2: ['memory.low', '33554432'],
    },
    {
      field: 'swap',
      resources: { memory: { limit: 67_108_864, swap: 134_217_728 } },
      v1: ['memory', 'memory.memsw.limit_in_bytes', '134217728'],
      v2: ['memory.swap.max', '67108864'],
    },
    {
      field: 'swappiness',
      resources: { memory: { swappiness: 13 } },
      v1: ['memory', 'memory.swappiness', '13'],
    },
    {
      field: 'disableOOMKiller',
      resources: { memory: { limit: 67_108_864, disableOOMKiller: true } },
      v1: ['memory', 'memory.oom_control', 'oom_kill_disable 1'],
    },
  ],
  cpu: [
    {
      field: 'shares',
      resources: { cpu: { shares: 512 } },
      v1: ['cpu', 'cpu.shares', '512'],
      v2: ['cpu.weight', '20'],
    },
    {
      field: 'quota',
      resources: { cpu: { quota: 50_000 } },
      v1: ['cpu', 'cpu.cfs_quota_us', '50000'],
      v2: ['cpu.max', '50000 100000'],
    },
    {
      field: 'period',
      resources: { cpu: { quota: 20_000, period: 40_000 } },
      v1: ['cpu', 'cpu.cfs_period_us', '40000'],
      v2: ['cpu.max', '20000 40000'],
    },
    {
      field: 'idle',
      resources: { cpu: { idle: 1 } } as Resources,
      v1: ['cpu', 'cpu.idle', '1'],
      v2: ['cpu.idle', '1'],
    },
    {
      field: 'realtimePeriod',
      resources: { cpu: { realtimePeriod: 500_000 } },
      v1: ['cpu', 'cpu.rt_period_us', '500000'],
    },
    {
      field: 'cpus',
      resources: { cpu: { cpus: '0' } },
      v1: ['cpuset', 'cpuset.cpus', '0'],
      v2: ['cpuset.cpus', '0'],
    },
    {
      field: 'mems',
      resources: { cpu: { mems: '0' } },
      v1: ['cpuset', 'cpuset.mems', '0'],
      v2: ['cpuset.mems', '0'],
    },
  ],
  pids: [
    {
      field: 'limit',
      resources: { pids: { limit: 42 } },
      v1: ['pids', 'pids.max', '42'],
      v2: ['pids.max', '42'],
    },
    {
      field: 'limit of 0 or less, which is none,',
      resources: { pids: { limit: -1 } },
      v1: ['pids', 'pids.max', 'max'],
      v2: ['pids.max', 'max'],
    },
  ],
  'block-io': [
    {
      field: 'weight',
      resources: { blockIO: { weight: 500 } },
      v1: ['blkio', 'blkio.bfq.weight', '500'],
      v2: ['io.bfq.weight', 'default 500'],
    },
    {
      field: 'throttleReadBpsDevice',
      resources: { blockIO: { throttleReadBpsDevice: [throttle] } },
      v1: ['blkio', 'blkio.throttle.read_bps_device', `${device} 1048576`],
      v2: ['io.max', /^7:0 .*rbps=1048576/m],
    },
    {
      field: 'throttleWriteBpsDevice',
      resources: { blockIO: { throttleWriteBpsDevice: [throttle] } },
      v1: ['blkio', 'blkio.throttle.write_bps_device', `${device} 1048576`],
      v2: ['io.max', /^7:0 .*wbps=1048576/m],
    },
    {
      field: 'throttleReadIOPSDevice',
      resources: { blockIO: { throttleReadIOPSDevice: [throttle] } },
      v1: ['blkio', 'blkio.throttle.read_iops_device', `${device} 1048576`],
      v2: ['io.max', /^7:0 .*riops=1048576/m],
    },
    {
      field: 'throttleWriteIOPSDevice',
      resources: { blockIO: { throttleWriteIOPSDevice: [throttle] } },
      v1: ['blkio', 'blkio.throttle.write_iops_device', `${device} 1048576`],
      v2: ['io.max', /^7:0 .*wiops=1048576/m],
    },
  ],
  network: [
    {
      field: 'classID',
      resources: { network: { classID: 1_048_577 } } as Resources,
      v1: ['net_cls', 'net_cls.classid', '1048577'],
    },
  ],
  'huge-page-limits': [
    {
      field: 'limit of a pageSize',
      resources: { hugepageLimits: [{ pageSize: '2MB', limit: 2_097_152 }] } as Resources,
      v1: ['hugetlb', 'hugetlb.2MB.limit_in_bytes', '2097152'],
      v2: ['hugetlb.2MB.max', '2097152'],
    },
  ],
  rdma: [
    {
      field: 'hcaObjects',
      resources: { rdma: { mlx5_1: { hcaObjects: 100 } } } as Resources,
      v1: ['rdma', 'rdma.max', 'mlx5_1 hca_object=100'],
      v2: ['rdma.max', 'mlx5_1 hca_object=100'],
    },
  ],
};

/** config-linux.md, Memory to RDMA: one row for each field and cgroup version. */
export const limitRows: Row[] = Object.entries(limits).flatMap(([name, fields]) =>
  section(`config-linux.md#${name}`, fields.flatMap(versions)),
);

function versions({ field, resources, v1, v2 }: Limit): Omit<Row, 'section'>[] {
  const spec = ({ linux }: Spec) => (linux.resources = structuredClone(resources));
  const onV1 = v1 && {
    must: `${field} is in ${v1[1]} of cgroup v1`,
    notHere: () => unlessV1(v1[0], v1[1]),
    spec,
    test: async (c: Container) => holds(c, v1[0], v1[1], v1[2]),
  };
  const onV2 = v2 && {
    must: `${field} is in ${v2[0]} of cgroup v2`,
    notHere: () => (isUnified() ? undefined : 'the host has cgroup v1'),
    spec,
    test: async (c: Container) => holds(c, '', v2[0], v2[1]),
  };
  return [onV1, onV2].filter((row) => row !== undefined);
}

function unlessV1(controller: string, file: string): string | undefined {
  if (isUnified()) return 'the host has cgroup v2';
  if (!controllerHere(controller)) return `the host has no cgroup v1 hierarchy with ${controller}`;
  if (file.includes('bfq.weight')) return 'the block devices have no scheduler that knows weights';
  return undefined;
}

async function holds(c: Container, controller: string, file: string, value: string | RegExp): Promise<void> {
  await c.created();
  const values = await cgroupValues(c, controller, file);
  const has = (text: string) =>
    value instanceof RegExp ? value.test(text) : text.split('\n').includes(value);
  assert.ok(values.some(has), `${file} is ${values.join(' and ')}`);
}

/** config-linux.md, Control groups: what limits do, and which are refused. */
export const limitEffectRows = [
  ...section('config-linux.md#pids', [
    {
      must: 'limit is in force',
      spec: ({ linux }) => (linux.resources = { pids: { limit: 3 } }),
      sh: '(sleep 5 & sleep 5 & sleep 5 & sleep 5 &) 2>&1',
      exits: 2,
      prints: /fork/,
    },
  ]),
  ...section('config-linux.md#memory', [
    {
      must: 'limit is in force: who takes more is killed',
      spec: ({ linux }) => (linux.resources = { memory: { limit: 16_777_216, swap: 16_777_216 } }),
      sh: 'head -c 100m /dev/zero | tail -n 1 >/dev/null; test $? = 137 && echo killed',
      prints: 'killed',
    },
    {
      must: 'a limit that is no number is refused',
      spec: ({ linux }) => (linux.resources = { memory: { limit: 'much' as unknown as number } }),
      refused: /memory|unmarshal|limit|much/i,
    },
  ]),
  ...section('config-linux.md#cpu', [
    {
      must: 'CPUs that the host does not have are an error',
      spec: ({ linux }) => (linux.resources = { cpu: { cpus: '4000' } }),
      refused: /cpuset|cpus|invalid argument|numerical result/i,
    },
    {
      must: 'a quota below the kernel’s least is an error',
      spec: ({ linux }) => (linux.resources = { cpu: { quota: 1, period: 100_000 } }),
      refused: /cfs_quota|cpu\.max|invalid argument/i,
    },
  ]),
  ...section('config-linux.md#unified', [
    {
      must: 'unified is refused where there is no cgroup v2',
      notHere: () => (isUnified() ? 'the host has cgroup v2' : undefined),
      spec: ({ linux }) => (linux.resources = { unified: { 'pids.max': '42' } }),
      refused: /unified|cgroup ?v(1|2)/i,
    },
    {
      must: 'unified writes the files that it names',
      notHere: () => (isUnified() ? undefined : 'the host has cgroup v1'),
      spec: ({ linux }) => (linux.resources = { unified: { 'pids.max': '42' } }),
      test: async (c) => holds(c, '', 'pids.max', '42'),
    },
    {
      must: 'unified with a file that there is not is an error',
      notHere: () => (isUnified() ? undefined : 'the host has cgroup v1'),
      spec: ({ linux }) => (linux.resources = { unified: { 'coffee.max': '42' } }),
      refused: /unified|coffee/i,
    },
  ]),
  ...section('config-linux.md#cgroup-ownership', [
    {
      must: 'on cgroup v1 the cgroup stays root’s, also with a user namespace',
      notHere: () => (isUnified() ? 'the host has cgroup v2' : undefined),
      test: async (c) => {
        withUserNamespace(c.spec);
        await c.created();
        assert.equal(statSync(cgroupFile(c, 'pids', 'cgroup.procs')).uid, 0);
      },
    },
  ]),
];
