import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PluginLimits } from '../../../config/types.ts';
import { messageOf } from '../../../hooks/errors.ts';
import { cgroupVersion } from '../../host/detect.ts';
import { signalMembers } from '../../supervise/signalMembers.ts';
import { waitUntil } from '../../wait/waitUntil.ts';

const root = '/sys/fs/cgroup';
/** Microseconds; the kernel's default. */
const cpuPeriod = 100_000;
/**
 * Where the entry does not limit them. Processes and threads are enough for any runtime, and too few to fill a host; a
 * leak of memory ends before it is felt on the host.
 */
export const defaultLimits: PluginLimits = { pids: 1024, memory: 512 * 1024 * 1024 };
/** Milliseconds in which the kernel ends what was killed. */
const removeWithinMs = 5000;

/** A file of a controller, and what is written to it. */
type Setting = readonly [controller: 'memory' | 'cpu' | 'pids', file: string, value: string];

export interface CgroupPlace {
  /** The cgroup of pouchd's containers: `/pouch`. */
  readonly parent: string;
  /** Below it: `plugins`. */
  readonly directory: string;
  readonly name: string;
}

/** Cgroups that hold limits: one in each hierarchy of cgroup v1, or one of v2. */
export class LimitedCgroup {
  /** The directories that they are in. */
  protected readonly parents: readonly string[];
  readonly #paths: readonly string[];

  /**
   * @param defaults of what `limits` lacks; these are left out where the host cannot set them
   * @throws Error if one of the limits cannot be set
   */
  constructor({ parent, directory, name }: CgroupPlace, limits: PluginLimits, defaults = defaultLimits) {
    const isUnified = cgroupVersion() === '2';
    const settings = settingsOf({ ...defaults, ...defined(limits) }, isUnified).filter(
      ([controller]) => isUnified || isMounted(controller, limits),
    );
    const hierarchies = isUnified
      ? [root]
      : controllersOf(settings).map((controller) => join(root, controller));
    this.parents = hierarchies.map((hierarchy) => join(hierarchy, parent, directory));
    this.#paths = this.parents.map((path) => join(path, name));
    for (const path of this.#paths) mkdirSync(path, { recursive: true });
    if (isUnified) delegate([...parent.split('/').filter(Boolean), directory]);
    for (const [controller, file, value] of settings) {
      const path = this.#paths[isUnified ? 0 : hierarchies.indexOf(join(root, controller))]!;
      write(join(path, file), value, { isOptional: limitOf(controller, limits) === undefined });
    }
  }

  /** Files that take the number of a process, which moves it and what it starts. */
  get procs(): string[] {
    return this.#paths.map((path) => join(path, 'cgroup.procs'));
  }

  /** The processes in them and in cgroups below. */
  get pids(): number[] {
    return pidsIn(this.#paths);
  }

  /** Sends a signal to all processes in them. */
  signal(signal: NodeJS.Signals): void {
    signalMembers(() => this.pids, signal);
  }

  /** Kills all processes in them. Resolves to false if some are left. */
  async kill(): Promise<boolean> {
    return await killAll(this.#paths);
  }

  /** Resolves once they are gone, after the end of the process, or left where the kernel keeps them. */
  async remove(): Promise<void> {
    const isGone = () => this.#paths.every(isRemoved);
    await waitUntil(isGone, { withinMs: removeWithinMs });
    // Others may be in use.
    this.parents.forEach(isRemoved);
  }
}

function defined(limits: PluginLimits): PluginLimits {
  return Object.fromEntries(Object.entries(limits).filter(([, value]) => value !== undefined));
}

function settingsOf({ memory, cpus, pids }: PluginLimits, isUnified: boolean): Setting[] {
  const all: [...Setting, limit: number | undefined][] = [
    ['pids', 'pids.max', String(pids), pids],
    ['memory', isUnified ? 'memory.max' : 'memory.limit_in_bytes', String(memory), memory],
    isUnified
      ? ['cpu', 'cpu.max', `${quotaOf(cpus ?? 0)} ${cpuPeriod}`, cpus]
      : ['cpu', 'cpu.cfs_quota_us', quotaOf(cpus ?? 0), cpus],
  ];
  return all.flatMap(([controller, file, value, limit]): Setting[] =>
    limit === undefined ? [] : [[controller, file, value]],
  );
}

/** Of the entry. */
function limitOf(controller: Setting[0], { memory, cpus, pids }: PluginLimits): number | undefined {
  return { memory, cpu: cpus, pids }[controller];
}

/** @throws Error if the entry has a limit of a controller that is not mounted */
function isMounted(controller: Setting[0], limits: PluginLimits): boolean {
  if (existsSync(join(root, controller, 'cgroup.procs'))) return true;
  if (limitOf(controller, limits) === undefined) return false;
  throw new Error(`its limits cannot be set: the cgroup controller ${controller} is not mounted on ${root}`);
}

function quotaOf(cpus: number): string {
  return String(Math.round(cpus * cpuPeriod));
}

function controllersOf(settings: readonly Setting[]): string[] {
  return [...new Set(settings.map(([controller]) => controller))];
}

/** Kills what is in the cgroups of a directory that nothing else ends, and removes them. */
export async function clearCgroups(
  { parent, directory }: Omit<CgroupPlace, 'name'>,
  isLeft: (name: string) => boolean,
): Promise<void> {
  const controllers = cgroupVersion() === '2' ? [''] : ['pids', 'memory', 'cpu'];
  const parents = controllers.map((name) => join(root, name, parent, directory)).filter(existsSync);
  const left = parents.flatMap((path) =>
    namesIn(path)
      .filter(isLeft)
      .map((name) => join(path, name)),
  );
  if (left.length === 0) return;
  await killAll(left);
  await waitUntil(() => left.every(isRemoved), { withinMs: removeWithinMs });
  parents.forEach(isRemoved);
}

async function killAll(paths: readonly string[]): Promise<boolean> {
  // Nothing is forked while the rest is killed.
  for (const path of paths) write(join(path, 'pids.max'), '0', { isOptional: true });
  const pids = () => pidsIn(paths);
  const isEmpty = () => {
    signalMembers(pids, 'SIGKILL');
    return pids().length === 0;
  };
  return await waitUntil(isEmpty, { withinMs: removeWithinMs });
}

function pidsIn(paths: readonly string[]): number[] {
  return [...new Set(paths.flatMap(pidsBelow))];
}

function pidsBelow(path: string): number[] {
  const below = namesIn(path).flatMap((name) => pidsBelow(join(path, name)));
  return [...textOf(join(path, 'cgroup.procs')).split('\n').filter(Boolean).map(Number), ...below];
}

/** Names of the cgroups in one. */
function namesIn(path: string): string[] {
  if (!existsSync(path)) return [];
  const entries = readdirSync(path, { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
}

/** Empty for a cgroup that is gone. */
function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

/** Has the kernel offer the controllers in each cgroup down to the parent (cgroup-v2, "Controlling Controllers"). */
function delegate(path: readonly string[]): void {
  const names = ['', ...path];
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

/** Without a gap, so that a directory that was just made is not removed by another end. */
export function isRemoved(path: string): boolean {
  try {
    rmdirSync(path);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT';
  }
  return true;
}
