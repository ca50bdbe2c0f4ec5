import assert from 'node:assert/strict';
import { cgroupValues, controllerHere, isUnified } from '../../support/cgroups.ts';
import { type Container } from '../../support/Container.ts';
import { section, type Row } from '../../support/row.ts';
import type { Spec } from '../../support/spec.ts';

type Resources = NonNullable<Spec['linux']['resources']>;

/** A field, its value, and the resulting content of files in cgroup v1 and v2. */
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
      field: 'limit of -1, which means no limit,',
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
      field: 'limit of 0 or less, which means no limit,',
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
      resources: { network: { classID: 1_048_577 } },
      v1: ['net_cls', 'net_cls.classid', '1048577'],
    },
  ],
  'huge-page-limits': [
    {
      field: 'limit of a pageSize',
      resources: { hugepageLimits: [{ pageSize: '2MB', limit: 2_097_152 }] },
      v1: ['hugetlb', 'hugetlb.2MB.limit_in_bytes', '2097152'],
      v2: ['hugetlb.2MB.max', '2097152'],
    },
  ],
  rdma: [
    {
      field: 'hcaObjects',
      resources: { rdma: { mlx5_1: { hcaObjects: 100 } } },
      v1: ['rdma', 'rdma.max', 'mlx5_1 hca_object=100'],
      v2: ['rdma.max', 'mlx5_1 hca_object=100'],
    },
  ],
};

/** config-linux.md, Memory to RDMA: one row per field and cgroup version. */
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

/** Checks the value in a file of the created container's cgroup. */
export async function holds(
  c: Container,
  controller: string,
  file: string,
  value: string | RegExp,
): Promise<void> {
  await c.created();
  const values = await cgroupValues(c, controller, file);
  const has = (text: string) =>
    value instanceof RegExp ? value.test(text) : text.split('\n').includes(value);
  assert.ok(values.some(has), `${file} is ${values.join(' and ')}`);
}
