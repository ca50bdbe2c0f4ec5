/** What this process and this host can give to a container; read anew, as a controller may be mounted later. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { hostBoundingSet } from '../capabilities.ts';
import { ownHardLimits } from './ownHardLimits.ts';

export interface HostLimits {
  /** Those that pouchd may pass on. */
  capabilities: ReadonlySet<string>;
  /** pouchd's own. */
  oomScoreAdj: number;
  /** pouchd's own hard limits by `RLIMIT_…`. */
  rlimits: ReadonlyMap<string, number>;
  /** The largest of the groups from 0 on that pouchd's user namespace maps. */
  lastGroup?: number;
  /** cgroup controllers by their v1 name; v2's `io` is `blkio`. */
  controllers: ReadonlySet<string>;
  /** Whether a controller has a file of that v1 name; on v2 its counterpart. */
  hasControllerFile(controller: string, file: string): boolean;
}

export function readHostLimits(): HostLimits {
  const mounts = readFileSync('/proc/self/mounts', 'utf8');
  return {
    capabilities: new Set(hostBoundingSet()),
    oomScoreAdj: Number(readFileSync('/proc/self/oom_score_adj', 'utf8')),
    rlimits: ownHardLimits(),
    lastGroup: lastGroupIn(readFileSync('/proc/self/gid_map', 'utf8')),
    ...controllersIn(mounts, (path) => readFileSync(path, 'utf8')),
  };
}

/** From the lines of proc_pid_gid_map(5): the first group inside, outside, and their number. */
export function lastGroupIn(map: string): number {
  const lines = map.split('\n').map((line) => line.trim().split(/\s+/).map(Number));
  const first = lines.find(([inside]) => inside === 0);
  return (first?.[2] ?? 1) - 1;
}

type Controllers = Pick<HostLimits, 'controllers' | 'hasControllerFile'>;

/** From the host's mounts (proc_pid_mounts(5)). */
export function controllersIn(mounts: string, read: (path: string) => string): Controllers {
  const all = mounts.split('\n').map((line) => line.split(' '));
  const v1 = new Map(
    all
      .filter(([, , type]) => type === 'cgroup')
      .flatMap(([, path = '', , options = '']) => options.split(',').map((name) => [name, path] as const)),
  );
  const v2 = all.find(([, path, type]) => type === 'cgroup2' && path === '/sys/fs/cgroup');
  if (v2) return unifiedControllers(read(join(v2[1] ?? '', 'cgroup.controllers')));
  return {
    controllers: new Set(v1.keys()),
    hasControllerFile: (controller, file) =>
      alternatives(file).some((name) => existsSync(join(v1.get(controller) ?? '', name))),
  };
}

/** `net_cls` and `net_prio` have no files on v2 (kernel doc cgroup-v2, "Deprecated v1 Core Features"). */
function unifiedControllers(text: string): Controllers {
  const names = text.split(/\s+/).map((name) => (name === 'io' ? 'blkio' : name));
  // v2 has no real-time limits (kernel doc cgroup-v2, "CPU"). Other files are in the containers' own cgroups alone, and
  // runtimes translate weights and swap to the files that exist.
  return { controllers: new Set(names), hasControllerFile: (_, file) => !file.startsWith('cpu.rt_') };
}

/** The BFQ scheduler's weight has its own name. */
function alternatives(file: string): string[] {
  return file === 'blkio.weight' ? [file, 'blkio.bfq.weight'] : [file];
}
