/**
 * linux.resources as files of the cgroup file systems (config-linux.md#control-groups; kernel,
 * Documentation/admin-guide/cgroup-*).
 */
import { RunlxcError, unsupported } from '../cli/error.ts';
import type { Integer, Resources } from '../spec/types.ts';

export interface Setting {
  /** For v1: the controller whose hierarchy has the file. */
  controller: string;
  file: string;
  value: string;
  /** The field of config.json that set it, for errors. */
  field: string;
  /** An alternative name of the file; the kernel's I/O scheduler decides which one exists. */
  orFile?: string;
}

type Entry = [
  controller: string,
  file: string,
  value: Integer | string | undefined,
  field: string,
  orFile?: string,
];

function toSettings(entries: readonly Entry[]): Setting[] {
  return entries.flatMap(([controller, file, value, field, orFile]) =>
    value === undefined
      ? []
      : [
          {
            controller,
            file,
            value: String(value),
            field: `linux.resources.${field}`,
            ...(orFile && { orFile }),
          },
        ],
  );
}

/** Returns the files of v1. */
export function legacySettings(resources: Resources): Setting[] {
  const { memory = {}, cpu = {}, pids, network } = resources;
  if (Object.keys(resources.unified ?? {}).length > 0)
    throw unsupported('linux.resources.unified', 'the host has cgroup v1');
  return toSettings([
    ['memory', 'memory.limit_in_bytes', unlessZero(memory.limit), 'memory.limit'],
    ['memory', 'memory.memsw.limit_in_bytes', unlessZero(memory.swap), 'memory.swap'],
    ['memory', 'memory.soft_limit_in_bytes', unlessZero(memory.reservation), 'memory.reservation'],
    ['memory', 'memory.kmem.tcp.limit_in_bytes', unlessZero(memory.kernelTCP), 'memory.kernelTCP'],
    ['memory', 'memory.swappiness', memory.swappiness, 'memory.swappiness'],
    ['memory', 'memory.oom_control', memory.disableOOMKiller ? 1 : undefined, 'memory.disableOOMKiller'],
    ['cpu', 'cpu.shares', unlessZero(cpu.shares), 'cpu.shares'],
    ['cpu', 'cpu.cfs_period_us', unlessZero(cpu.period), 'cpu.period'],
    ['cpu', 'cpu.cfs_quota_us', unlessZero(cpu.quota), 'cpu.quota'],
    ['cpu', 'cpu.cfs_burst_us', cpu.burst, 'cpu.burst'],
    ['cpu', 'cpu.rt_period_us', unlessZero(cpu.realtimePeriod), 'cpu.realtimePeriod'],
    ['cpu', 'cpu.rt_runtime_us', unlessZero(cpu.realtimeRuntime), 'cpu.realtimeRuntime'],
    ['cpu', 'cpu.idle', cpu.idle, 'cpu.idle'],
    ['cpuset', 'cpuset.cpus', cpu.cpus || undefined, 'cpu.cpus'],
    ['cpuset', 'cpuset.mems', cpu.mems || undefined, 'cpu.mems'],
    ['pids', 'pids.max', pidsLimit(pids?.limit), 'pids.limit'],
    ...legacyBlockIo(resources),
    ...(resources.hugepageLimits ?? []).map(({ pageSize, limit }): Entry => [
      'hugetlb',
      `hugetlb.${pageSize}.limit_in_bytes`,
      limit,
      'hugepageLimits',
    ]),
    ['net_cls', 'net_cls.classid', unlessZero(network?.classID), 'network.classID'],
    ...(network?.priorities ?? []).map(({ name, priority }): Entry => [
      'net_prio',
      'net_prio.ifpriomap',
      `${name} ${priority}`,
      'network.priorities',
    ]),
    ...rdma(resources),
  ]);
}

function legacyBlockIo({ blockIO = {} }: Resources): Entry[] {
  const throttled = [
    ['throttleReadBpsDevice', 'blkio.throttle.read_bps_device'],
    ['throttleWriteBpsDevice', 'blkio.throttle.write_bps_device'],
    ['throttleReadIOPSDevice', 'blkio.throttle.read_iops_device'],
    ['throttleWriteIOPSDevice', 'blkio.throttle.write_iops_device'],
  ] as const;
  return [
    ['blkio', 'blkio.weight', unlessZero(blockIO.weight), 'blockIO.weight', 'blkio.bfq.weight'],
    ['blkio', 'blkio.leaf_weight', unlessZero(blockIO.leafWeight), 'blockIO.leafWeight'],
    ...(blockIO.weightDevice ?? []).flatMap(({ major, minor, weight, leafWeight }): Entry[] => [
      [
        'blkio',
        'blkio.weight_device',
        weight === undefined ? undefined : `${major}:${minor} ${weight}`,
        'blockIO.weightDevice',
        'blkio.bfq.weight_device',
      ],
      [
        'blkio',
        'blkio.leaf_weight_device',
        leafWeight === undefined ? undefined : `${major}:${minor} ${leafWeight}`,
        'blockIO.weightDevice',
      ],
    ]),
    ...throttled.flatMap(([name, file]) =>
      (blockIO[name] ?? []).map(({ major, minor, rate }): Entry => [
        'blkio',
        file,
        `${major}:${minor} ${rate}`,
        `blockIO.${name}`,
      ]),
    ),
  ];
}

/** Zero is Go's unset value. */
function unlessZero(value?: Integer): Integer | undefined {
  return value === undefined || BigInt(value) === 0n ? undefined : value;
}

function pidsLimit(limit?: Integer): string | undefined {
  if (limit === undefined || BigInt(limit) === 0n) return undefined;
  return BigInt(limit) < 0n ? 'max' : String(limit);
}

function rdma({ rdma: limits = {} }: Resources): Entry[] {
  return Object.entries(limits).map(([device, { hcaHandles, hcaObjects }]) => [
    'rdma',
    'rdma.max',
    [
      device,
      hcaHandles === undefined ? '' : `hca_handle=${hcaHandles}`,
      hcaObjects === undefined ? '' : `hca_object=${hcaObjects}`,
    ]
      .filter(Boolean)
      .join(' '),
    'rdma',
  ]);
}

/** Returns the files of v2. */
export function unifiedSettings(resources: Resources): Setting[] {
  const { memory = {}, cpu = {}, pids, blockIO = {}, network } = resources;
  if (memory.disableOOMKiller)
    throw unsupported('linux.resources.memory.disableOOMKiller', 'not supported by cgroup v2');
  if (memory.kernelTCP !== undefined)
    throw unsupported('linux.resources.memory.kernelTCP', 'not supported by cgroup v2');
  if (network?.classID || network?.priorities?.length)
    throw unsupported('linux.resources.network', 'cgroup v2 has no such controller');
  if (unlessZero(cpu.realtimeRuntime))
    throw unsupported('linux.resources.cpu.realtimeRuntime', 'not supported by cgroup v2');
  return toSettings([
    ['memory', 'memory.max', limitOrMax(memory.limit), 'memory.limit'],
    ['memory', 'memory.swap.max', swapAlone(memory.limit, memory.swap), 'memory.swap'],
    ['memory', 'memory.low', limitOrMax(memory.reservation), 'memory.reservation'],
    ['cpu', 'cpu.weight', cpuWeight(cpu.shares), 'cpu.shares'],
    ['cpu', 'cpu.max', cpuMax(cpu), 'cpu.quota'],
    ['cpu', 'cpu.max.burst', cpu.burst, 'cpu.burst'],
    ['cpu', 'cpu.idle', cpu.idle, 'cpu.idle'],
    ['cpuset', 'cpuset.cpus', cpu.cpus || undefined, 'cpu.cpus'],
    ['cpuset', 'cpuset.mems', cpu.mems || undefined, 'cpu.mems'],
    ['pids', 'pids.max', pidsLimit(pids?.limit), 'pids.limit'],
    ['io', 'io.bfq.weight', unlessZero(blockIO.weight), 'blockIO.weight', 'io.weight'],
    ...unifiedThrottles(blockIO),
    ...(resources.hugepageLimits ?? []).map(({ pageSize, limit }): Entry => [
      'hugetlb',
      `hugetlb.${pageSize}.max`,
      limit,
      'hugepageLimits',
    ]),
    ...rdma(resources),
    ...Object.entries(resources.unified ?? {}).map(([file, value]): Entry => [
      file.split('.')[0] ?? '',
      safeFile(file),
      value,
      `unified.${file}`,
    ]),
  ]);
}

function unifiedThrottles(blockIO: NonNullable<Resources['blockIO']>): Entry[] {
  const keys = [
    ['throttleReadBpsDevice', 'rbps'],
    ['throttleWriteBpsDevice', 'wbps'],
    ['throttleReadIOPSDevice', 'riops'],
    ['throttleWriteIOPSDevice', 'wiops'],
  ] as const;
  return keys.flatMap(([name, key]) =>
    (blockIO[name] ?? []).map(({ major, minor, rate }): Entry => [
      'io',
      'io.max',
      `${major}:${minor} ${key}=${rate}`,
      `blockIO.${name}`,
    ]),
  );
}

function safeFile(file: string): string {
  if (file.includes('/')) throw new RunlxcError(`linux.resources.unified: ${file} must be a file name`);
  return file;
}

function limitOrMax(limit?: Integer): Integer | string | undefined {
  const number = unlessZero(limit);
  return number !== undefined && BigInt(number) < 0n ? 'max' : number;
}

/** v1 limits memory and swap together, v2 limits swap alone. */
function swapAlone(limit?: Integer, swap?: Integer): string | undefined {
  if (swap === undefined || BigInt(swap) === 0n) return undefined;
  if (BigInt(swap) < 0n) return 'max';
  if (limit === undefined || BigInt(limit) <= 0n)
    throw new RunlxcError('linux.resources.memory.swap: cgroup v2 needs memory.limit with it');
  if (BigInt(swap) < BigInt(limit))
    throw new RunlxcError('linux.resources.memory.swap: memory+swap limit should be >= memory limit');
  return String(BigInt(swap) - BigInt(limit));
}

/** Converts 2–262144 to 1–10000, as runc and crun do (runtime-spec, config-linux.md#cpu). */
function cpuWeight(shares?: Integer): string | undefined {
  if (shares === undefined || BigInt(shares) === 0n) return undefined;
  return String(1n + ((BigInt(shares) - 2n) * 9999n) / 262142n);
}

function cpuMax({ quota, period }: NonNullable<Resources['cpu']>): string | undefined {
  if (unlessZero(quota) === undefined && unlessZero(period) === undefined) return undefined;
  const share = quota !== undefined && BigInt(quota) > 0n ? String(quota) : 'max';
  return period ? `${share} ${period}` : share;
}
