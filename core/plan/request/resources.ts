import type { ContainerDraft } from '../../../hooks/draft.ts';
import type { OciResources, OciThrottle } from '../../../hooks/oci.ts';
import { field, type FieldPath } from '../../../hooks/fields.ts';
import { resourceLimitEntries } from '../../../hooks/limits.ts';
import type { ResourceRequest } from '../../../hooks/limits.ts';
import { deviceNumbers } from '../../../hooks/deviceNumbers.ts';
import type { FileFacts } from '../../../hooks/files.ts';
import type { RequestContext } from './context.ts';
import { checkCpus } from './cpus.ts';
import { invalidField } from '../../../hooks/invalidField.ts';

/** Length of the scheduler's period for `nanoCpus`, in microseconds (kernel doc sched-bwc). */
const cpuPeriod = 100_000;
/** Smallest memory limit that lets a process start; Docker's figure. */
const minimumMemory = 6 * 1024 * 1024;

/** Limits in the units of the OCI spec (config-linux.md, Control groups). */
export async function applyResources(
  draft: ContainerDraft,
  request: ResourceRequest,
  context: Pick<RequestContext, 'look'>,
): Promise<void> {
  Object.assign(draft.resources, await ociResources(request, context));
}

/** What is found at the paths of devices. */
type FoundDevices = ReadonlyMap<string, FileFacts | undefined>;

const deviceLimits = [
  'blkioWeightDevice',
  'blkioDeviceReadBps',
  'blkioDeviceWriteBps',
  'blkioDeviceReadIops',
  'blkioDeviceWriteIops',
] as const;

async function devicesOf(
  request: ResourceRequest,
  { look }: Pick<RequestContext, 'look'>,
): Promise<FoundDevices> {
  const lists = deviceLimits.map((name) => request[name] ?? []);
  const paths = lists.flatMap((list) => list.map(({ path }) => path));
  return new Map(
    await Promise.all(paths.map(async (path) => [path, await look(path, `the device ${path}`)] as const)),
  );
}

/** @throws PCH_OPTION_INVALID */
export async function ociResources(
  request: ResourceRequest,
  context: Pick<RequestContext, 'look'>,
): Promise<OciResources> {
  checkCpus(request);
  const copied = copiedLimits(request);
  const memory = compact({ ...copied.memory, ...memoryLimits(request) });
  const cpu = compact({ ...copied.cpu, ...cpuLimits(request) });
  const blockIO = compact({ ...copied.blockIO, ...blockLimits(request, await devicesOf(request, context)) });
  return {
    ...(memory && { memory }),
    ...(cpu && { cpu }),
    ...(blockIO && { blockIO }),
    ...(positive(request.pids) && { pids: { limit: request.pids! } }),
  };
}

/** The limits that OCI takes as they are asked for. */
function copiedLimits(request: ResourceRequest): OciResources {
  const groups: Record<string, Record<string, unknown>> = {};
  for (const [name, { oci, copied, zero }] of resourceLimitEntries) {
    const value = zero ? request[name] : request[name] || undefined;
    if (!copied || value === undefined) continue;
    for (const { group, field } of oci) (groups[group] ??= {})[field] = value;
  }
  return groups;
}

function memoryLimits(request: ResourceRequest): OciResources['memory'] {
  const { memory, memorySwap } = request;
  if (memory) checkMemory(memory, request);
  else if (memorySwap && memorySwap > 0)
    throw invalidField(
      'resources.memorySwap',
      'expected a memory limit beside it, found none',
      `give ${field('resources.memory')} too`,
    );
  return compact({
    limit: memory || undefined,
    // Memory and swap together; twice the memory when nothing is said, as Docker does.
    swap: memorySwap || (memory ? memory * 2 : undefined),
  });
}

function checkMemory(memory: number, { memorySwap: swap, memoryReservation }: ResourceRequest): void {
  if (memory < minimumMemory)
    throw invalidField(
      'resources.memory',
      `expected at least 6m, found ${memory} bytes`,
      'give a larger size, such as 64m',
    );
  if (swap && swap > 0 && swap < memory)
    throw invalidField(
      'resources.memorySwap',
      `it is memory plus swap: expected at least ${field('resources.memory')}, ${memory} bytes; found ${swap}`,
      'raise it, or give -1 for unlimited swap',
    );
  if (memoryReservation && memoryReservation > memory)
    throw invalidField(
      'resources.memoryReservation',
      `expected at most the memory limit of ${memory} bytes, found ${memoryReservation}`,
      `lower it, or raise ${field('resources.memory')}`,
    );
}

function cpuLimits(request: ResourceRequest): OciResources['cpu'] {
  const { nanoCpus, cpuQuota, cpuPeriod: period } = request;
  if (nanoCpus && (cpuQuota || period))
    throw invalidField(
      'resources.nanoCpus',
      `it excludes ${field('resources.cpuQuota')} and ${field('resources.cpuPeriod')}`,
      'use one of the two forms',
    );
  return compact({
    quota: nanoCpus ? Math.round((nanoCpus / 1e9) * cpuPeriod) : positive(cpuQuota),
    period: nanoCpus ? cpuPeriod : period || undefined,
  });
}

function blockLimits(request: ResourceRequest, devices: FoundDevices): OciResources['blockIO'] {
  return compact({
    weightDevice: weights(request, devices),
    throttleReadBpsDevice: throttles(request, 'blkioDeviceReadBps', devices),
    throttleWriteBpsDevice: throttles(request, 'blkioDeviceWriteBps', devices),
    throttleReadIOPSDevice: throttles(request, 'blkioDeviceReadIops', devices),
    throttleWriteIOPSDevice: throttles(request, 'blkioDeviceWriteIops', devices),
  });
}

function weights({ blkioWeightDevice: list }: ResourceRequest, devices: FoundDevices) {
  if (!list?.length) return undefined;
  return list.map(({ path, weight }, index) => ({
    ...deviceNumbers(blockDevice(devices.get(path), `resources.blkioWeightDevice[${index}].path`, path)),
    weight,
  }));
}

type RatesName =
  'blkioDeviceReadBps' | 'blkioDeviceWriteBps' | 'blkioDeviceReadIops' | 'blkioDeviceWriteIops';

function throttles(
  request: ResourceRequest,
  name: RatesName,
  devices: FoundDevices,
): OciThrottle[] | undefined {
  const list = request[name];
  if (!list?.length) return undefined;
  return list.map(({ path, rate }, index) => ({
    ...deviceNumbers(blockDevice(devices.get(path), `resources.${name}[${index}].path`, path)),
    rate,
  }));
}

/** Its number. @throws PCH_OPTION_INVALID if the path is not a block device */
function blockDevice(found: FileFacts | undefined, member: FieldPath, path: string): number {
  if (found?.kind === 'block') return found.rdev;
  throw invalidField(
    member,
    `a block device was expected at ${path}; found ${found ? 'another file' : 'nothing'}`,
    'name a whole disk such as /dev/sda; `lsblk` lists them',
  );
}

/** A limit; 0 and -1 mean no limit, and runtimes differ in how they treat -1. */
function positive(limit: number | undefined): number | undefined {
  return limit !== undefined && limit > 0 ? limit : undefined;
}

/** Without the undefined members; undefined if nothing is left. */
function compact<T extends object>(members: T): { [K in keyof T]?: Exclude<T[K], undefined> } | undefined {
  const entries = Object.entries(members).filter(([, value]) => value !== undefined);
  return entries.length > 0 ? (Object.fromEntries(entries) as never) : undefined;
}
