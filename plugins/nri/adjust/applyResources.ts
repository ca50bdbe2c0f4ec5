import type { OciIntelRdt, OciResources } from '../../../hooks/index.ts';
import type { HugepageLimit, LinuxCPU, LinuxMemory, LinuxResources } from '../gen/nri.ts';
import { toNumber } from './values.ts';

/** What a container's limits are part of: a draft, or that of an update. */
export interface Limited {
  resources: OciResources;
  intelRdt?: OciIntelRdt | undefined;
}

/** Sets the limits that are given; the others stay. @throws PCH_NRI_ADJUSTMENT */
export function applyResources(
  to: Limited,
  { memory, cpu, pids, hugepageLimits, rdtClass }: LinuxResources,
): void {
  const { resources } = to;
  if (memory) applyMemory((resources.memory ??= {}), memory);
  if (cpu) applyCpu((resources.cpu ??= {}), cpu);
  if (pids) resources.pids = { limit: toNumber(pids.limit, 'pids.limit') };
  for (const limit of hugepageLimits) applyHugepages(resources, limit);
  if (rdtClass && rdtClass.value !== '') to.intelRdt = { ...to.intelRdt, closID: rdtClass.value };
}

function applyMemory(to: NonNullable<OciResources['memory']>, given: LinuxMemory): void {
  for (const name of ['limit', 'reservation', 'swap', 'kernel', 'swappiness'] as const) {
    const value = given[name];
    if (value) to[name] = toNumber(value.value, `memory.${name}`);
  }
  if (given.disableOomKiller) to.disableOOMKiller = given.disableOomKiller.value;
  // The limit of memory and swap together is never the lower one (kernel doc, cgroup-v1/memory).
  const { limit, swap } = to;
  if (given.limit && !given.swap && limit !== undefined && swap !== undefined && swap >= 0 && swap < limit)
    to.swap = limit;
}

function applyCpu(to: NonNullable<OciResources['cpu']>, given: LinuxCPU): void {
  for (const name of ['shares', 'quota', 'period', 'realtimeRuntime', 'realtimePeriod'] as const) {
    const value = given[name];
    if (value) to[name] = toNumber(value.value, `cpu.${name}`);
  }
  if (given.cpus !== '') to.cpus = given.cpus;
  if (given.mems !== '') to.mems = given.mems;
}

function applyHugepages(resources: OciResources, { pageSize, limit }: HugepageLimit): void {
  const others = (resources.hugepageLimits ?? []).filter((one) => one.pageSize !== pageSize);
  resources.hugepageLimits = [
    ...others,
    { pageSize, limit: toNumber(limit, `hugepage_limits of ${pageSize}`) },
  ];
}
