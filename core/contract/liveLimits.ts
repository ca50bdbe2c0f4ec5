import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { resourceLimitEntries, type OciLimit } from '../../hooks/limits.ts';
import type { OciResources } from '../../hooks/oci.ts';

/** Microseconds (kernel doc sched-bwc). */
const standardPeriod = 100_000;

/**
 * The update that changes a running container's limits from `from` to `to`. Runtimes leave alone what an update does
 * not name, so a removed limit gets the value that means none.
 */
export function liveLimits(from: OciResources, to: OciResources): OciResources {
  const groups = ['memory', 'cpu', 'pids', 'blockIO'] as const;
  const changed = groups.map((group) => [group, { ...released(group, from, to), ...to[group] }] as const);
  return Object.fromEntries(changed.filter(([, fields]) => Object.keys(fields).length > 0));
}

/** The kernel's PID_MAX_LIMIT (proc_sys_kernel(5), pid_max): no limit of processes can be above. */
const mostPids = 4_194_304;

/**
 * The same with numbers that limit nothing where -1 means no limit, for crun 1.8 writes that as an unsigned number;
 * undefined if none has -1.
 */
export function withoutMinusOne({ cpu, pids, ...rest }: OciResources): OciResources | undefined {
  if (cpu?.quota !== -1 && pids?.limit !== -1) return undefined;
  const wholeHost = cpus().length * (cpu?.period ?? standardPeriod);
  return {
    ...rest,
    ...(cpu && { cpu: { ...cpu, ...(cpu.quota === -1 && { quota: wholeHost }) } }),
    ...(pids && { pids: { limit: pids.limit === -1 ? mostPids : pids.limit } }),
  };
}

/** The values that remove the limits of a group which the container no longer has. */
function released(group: OciLimit['group'], from: OciResources, to: OciResources): Record<string, unknown> {
  const [had, has] = [from[group] ?? {}, (to[group] ?? {}) as Record<string, unknown>];
  const gone = Object.keys(had).filter((field) => has[field] === undefined);
  return Object.fromEntries(
    gone.flatMap((field) => {
      const none = ociLimits.find((limit) => limit.group === group && limit.field === field)?.none;
      return none === undefined ? [] : [[field, valueOf(none)]];
    }),
  );
}

const ociLimits = resourceLimitEntries.flatMap(([, { oci }]) => oci);

function valueOf(none: NonNullable<OciLimit['none']>): number | string {
  if (typeof none === 'number') return none;
  return online(none === 'online CPUs' ? 'cpu' : 'node');
}

/** A kernel without NUMA has no list of nodes, and one node. */
function online(kind: 'cpu' | 'node'): string {
  try {
    return readFileSync(`/sys/devices/system/${kind}/online`, 'utf8').trim();
  } catch {
    return '0';
  }
}
