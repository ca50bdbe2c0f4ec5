/** Limits whose cgroup controller or file this host does not have. */
import type { ContainerDraft } from '../../../hooks/draft.ts';
import { PouchError } from '../../../hooks/errors.ts';
import { field } from '../../../hooks/fields.ts';
import { type LimitName, resourceLimitEntries } from '../../../hooks/limits.ts';
import type { OciResources } from '../../../hooks/oci.ts';
import type { HostLimits } from './hostLimits.ts';

interface Need {
  /** With the fields of the request. */
  what: string;
  /** Controller, by its v1 name, and beyond that a file of it. */
  controller: string;
  file?: string;
  isAsked(resources: OciResources): boolean;
  leaveOut(resources: OciResources): void;
}

/**
 * Returns a warning for each limit that it leaves out.
 * @throws PCH_NOT_SUPPORTED for CPU time of real-time processes, as dockerd does: they would run without it
 */
export function clampResources({ resources }: Pick<ContainerDraft, 'resources'>, host: HostLimits): string[] {
  return [...needs, ...fileNeeds].flatMap((need) => {
    // One that went with its controller is not asked for any more.
    const lack = need.isAsked(resources) ? lackOf(need, host) : undefined;
    if (lack === undefined) return [];
    if (need.file?.startsWith('cpu.rt_'))
      throw new PouchError('PCH_NOT_SUPPORTED', `${need.what}: ${lack}`, {
        hint: 'leave it out, or use a kernel with CONFIG_RT_GROUP_SCHED and cgroup v1',
      });
    need.leaveOut(resources);
    return [`without ${need.what}: ${lack}`];
  });
}

function lackOf({ controller, file }: Need, host: HostLimits): string | undefined {
  if (!host.controllers.has(controller)) return `this host has no cgroup controller ${controller}`;
  if (file !== undefined && !host.hasControllerFile(controller, file))
    return `the kernel has no ${file} (its configuration or a boot option decides)`;
  return undefined;
}

const needs: readonly Need[] = [
  whole('memory', 'the memory limits', 'memory'),
  whole('pids', allOf('pids'), 'pids'),
  whole('blockIO', 'the limits of block devices', 'blkio'),
  whole('hugepageLimits', 'the limits of huge pages', 'hugetlb'),
  whole('rdma', 'the limits of RDMA', 'rdma'),
  {
    what: allOf('nanoCpus', 'cpuShares', 'cpuQuota', 'cpuPeriod'),
    controller: 'cpu',
    isAsked: ({ cpu = {} }) => [cpu.shares, cpu.quota, cpu.period].some((value) => value !== undefined),
    leaveOut: ({ cpu }) => without(cpu, 'shares', 'quota', 'period'),
  },
  {
    what: allOf('cpusetCpus', 'cpusetMems'),
    controller: 'cpuset',
    isAsked: ({ cpu = {} }) => Boolean(cpu.cpus ?? cpu.mems),
    leaveOut: ({ cpu }) => without(cpu, 'cpus', 'mems'),
  },
  {
    what: 'the limit of swap',
    controller: 'memory',
    file: 'memory.memsw.limit_in_bytes',
    isAsked: ({ memory }) => memory?.swap !== undefined,
    leaveOut: ({ memory }) => without(memory, 'swap'),
  },
  {
    what: allOf('blkioWeight'),
    controller: 'blkio',
    file: 'blkio.weight',
    isAsked: ({ blockIO = {} }) => Boolean(blockIO.weight ?? blockIO.weightDevice),
    leaveOut: ({ blockIO }) => without(blockIO, 'weight', 'weightDevice'),
  },
  {
    what: 'the class of network packets',
    controller: 'net_cls',
    isAsked: ({ network }) => network?.classID !== undefined,
    leaveOut: ({ network }) => without(network, 'classID'),
  },
  {
    what: 'the priorities of network interfaces',
    controller: 'net_prio',
    isAsked: ({ network }) => network?.priorities !== undefined,
    leaveOut: ({ network }) => without(network, 'priorities'),
  },
];

/** The limits of the table that name a file. */
const fileNeeds: readonly Need[] = resourceLimitEntries
  .flatMap(([name, { oci }]) => oci.map((limit) => ({ name, ...limit })))
  .flatMap(({ name, group, field: member, file }) => {
    if (file === undefined) return [];
    const fieldsOf = (resources: OciResources) => resources[group] as Record<string, unknown> | undefined;
    return {
      what: allOf(name),
      controller: file.split('.')[0] ?? '',
      file,
      isAsked: (resources) => fieldsOf(resources)?.[member] !== undefined,
      leaveOut: (resources) => without(fieldsOf(resources), member),
    };
  });

function allOf(...names: LimitName[]): string {
  const [last = '', ...others] = names.map((name) => field(`resources.${name}`)).toReversed();
  return others.length === 0 ? last : `${others.toReversed().join(', ')} and ${last}`;
}

/** A member that goes as a whole with its controller. */
function whole(member: keyof OciResources, what: string, controller: string): Need {
  return {
    what,
    controller,
    isAsked: (resources) => resources[member] !== undefined,
    leaveOut: (resources) => {
      delete resources[member];
    },
  };
}

function without<T extends object>(from: T | undefined, ...members: (keyof T)[]): void {
  if (from) for (const member of members) delete from[member];
}
