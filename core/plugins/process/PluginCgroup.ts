import { existsSync, mkdirSync, readdirSync, rmdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { PluginLimits } from '../../../config/types.ts';
import { messageOf } from '../../../hooks/errors.ts';
import { cgroupVersion } from '../../host/detect.ts';
import { waitUntil } from '../../wait/waitUntil.ts';

const root = '/sys/fs/cgroup';
/** Microseconds; the kernel's default. */
const cpuPeriod = 100_000;
/** Processes and threads, where the entry does not limit them: enough for any runtime, and too few to fill a host. */
const defaultPids = 1024;
/** Milliseconds in which the kernel ends what was killed. */
const removeWithinMs = 5000;

/** A file of a controller, and what is written to it. */
type Setting = readonly [controller: 'memory' | 'cpu' | 'pids', file: string, value: string];

let last = 0;

/** The cgroups of one process of a plugin, which hold its limits: one in each hierarchy of cgroup v1, or one of v2. */
export class PluginCgroup {
  readonly #parents: readonly string[];
  readonly #paths: readonly string[];

  /**
   * @param parent the cgroup of pouchd's containers: `/pouch`
   * @throws Error if a limit of the entry cannot be set
   */
  constructor(parent: string, plugin: string, limits: PluginLimits) {
    const isUnified = cgroupVersion() === '2';
    const settings = isUnified
      ? settings2(limits)
      : settings1(limits).filter(([name]) => isMounted(name, limits));
    const hierarchies = isUnified ? [root] : controllersOf(settings).map((name) => join(root, name));
    this.#parents = hierarchies.map((hierarchy) => join(hierarchy, parent, 'plugins'));
    this.#paths = this.#parents.map((path) => join(path, `${process.pid}-${(last += 1)}-${safe(plugin)}`));
    for (const path of this.#parents) removeOthers(path);
    for (const path of this.#paths) mkdirSync(path, { recursive: true });
    if (isUnified) delegate(parent);
    for (const [controller, file, value] of settings) {
      const path = this.#paths[isUnified ? 0 : hierarchies.indexOf(join(root, controller))]!;
      write(join(path, file), value, { isOptional: controller === 'pids' && limits.pids === undefined });
    }
  }

  /** Files that take the number of a process, which moves it and what it starts. */
  get procs(): string[] {
    return this.#paths.map((path) => join(path, 'cgroup.procs'));
  }

  /** Resolves once they are gone, after the end of the process, or left where the kernel keeps them. */
  async remove(): Promise<void> {
    const isGone = () => this.#paths.every(isRemoved);
    await waitUntil(isGone, { withinMs: removeWithinMs });
    // Others may be in use.
    this.#parents.forEach(isRemoved);
  }
}

function settings1({ memory, cpus, pids = defaultPids }: PluginLimits): Setting[] {
  return [
    ['pids', 'pids.max', String(pids)],
    ...(memory === undefined ? [] : [['memory', 'memory.limit_in_bytes', String(memory)] as const]),
    ...(cpus === undefined ? [] : [['cpu', 'cpu.cfs_quota_us', quotaOf(cpus)] as const]),
  ];
}

function settings2({ memory, cpus, pids = defaultPids }: PluginLimits): Setting[] {
  return [
    ['pids', 'pids.max', String(pids)],
    ...(memory === undefined ? [] : [['memory', 'memory.max', String(memory)] as const]),
    ...(cpus === undefined ? [] : [['cpu', 'cpu.max', `${quotaOf(cpus)} ${cpuPeriod}`] as const]),
  ];
}

/** @throws Error if the entry has a limit of a controller that is not mounted */
function isMounted(controller: Setting[0], { memory, cpus, pids }: PluginLimits): boolean {
  if (existsSync(join(root, controller, 'cgroup.procs'))) return true;
  const limit = { memory, cpu: cpus, pids }[controller];
  if (limit === undefined) return false;
  throw new Error(`its limits cannot be set: the cgroup controller ${controller} is not mounted on ${root}`);
}

function quotaOf(cpus: number): string {
  return String(Math.round(cpus * cpuPeriod));
}

function controllersOf(settings: readonly Setting[]): string[] {
  return [...new Set(settings.map(([controller]) => controller))];
}

/** Has the kernel offer the controllers in each cgroup down to the parent (cgroup-v2, "Controlling Controllers"). */
function delegate(parent: string): void {
  const names = ['', ...parent.split('/').filter(Boolean), 'plugins'];
  names.forEach((_, index) => {
    const control = join(root, ...names.slice(0, index + 1), 'cgroup.subtree_control');
    for (const controller of ['memory', 'cpu', 'pids'])
      write(control, `+${controller}`, { isOptional: true });
  });
}

function write(file: string, value: string, { isOptional }: { isOptional: boolean }): void {
  try {
    writeFileSync(file, value);
  } catch (error) {
    if (!isOptional) throw new Error(`its limits cannot be set: ${messageOf(error)}`, { cause: error });
  }
}

/** Removes what a pouchd has left that was killed. */
function removeOthers(parent: string): void {
  if (!existsSync(parent)) return;
  for (const entry of readdirSync(parent, { withFileTypes: true })) {
    const [pid = ''] = entry.name.split('-');
    if (entry.isDirectory() && !existsSync(`/proc/${pid}`)) isRemoved(join(parent, entry.name));
  }
}

/** Without a gap, so that a directory that was just made is not removed by another end. */
function isRemoved(path: string): boolean {
  try {
    rmdirSync(path);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT';
  }
  return true;
}

function safe(plugin: string): string {
  return basename(plugin).replaceAll(/[^A-Za-z0-9._-]/g, '_');
}
