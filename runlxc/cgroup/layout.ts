/** The cgroup hierarchies that are mounted on the host. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Membership, membershipOf } from './membership.ts';

export interface Hierarchy {
  version: 1 | 2;
  /** Its mount point. */
  mount: string;
  /** The cgroup that is mounted there: '/' for the host's mount. */
  root: string;
  /** Cgroup below the mount, to which containers' paths are relative: that of PID 1, as in LXC. */
  base: string;
  /** For v1: the controllers of the hierarchy. */
  controllers: readonly string[];
  /** For v1: data of mount(2) to mount the hierarchy again. */
  options: string;
}

export interface CgroupLayout {
  all: readonly Hierarchy[];
  /** Whether the host has only v2; a host with v1 may also have v2, without controllers. */
  unified: boolean;
}

/** Name of the cgroup with the processes, below the container's cgroup. */
export const payloadName = 'payload';

/** Returns the directory of the container's cgroup. */
export function directory({ mount, base }: Hierarchy, cgroup: string): string {
  return join(mount, base, cgroup);
}

/** Returns the directory of the cgroup with the container's processes. */
export function payload(hierarchy: Hierarchy, cgroup: string): string {
  return join(directory(hierarchy, cgroup), payloadName);
}

/** Returns the name of a hierarchy in /proc/PID/cgroup. */
export function keyOf({ controllers, options }: Hierarchy): string {
  return controllers[0] ?? options.split(',').find((option) => option.startsWith('name=')) ?? '';
}

const v1Names = new Set([
  'blkio',
  'cpu',
  'cpuacct',
  'cpuset',
  'devices',
  'freezer',
  'hugetlb',
  'memory',
  'misc',
  'net_cls',
  'net_prio',
  'perf_event',
  'pids',
  'rdma',
]);

export function cgroupLayout(
  mountinfo = readFileSync('/proc/self/mountinfo', 'utf8'),
  init = membershipOf(1),
): CgroupLayout {
  const all = mountinfo
    .split('\n')
    .flatMap(parseLine)
    .map((hierarchy) => ({ ...hierarchy, base: baseOf(hierarchy, init) }));
  // A hierarchy may be mounted twice; the first mount is the host's.
  const seen = new Set<string>();
  const first = all.filter((hierarchy) => {
    const key = `${hierarchy.version} ${hierarchy.options}`;
    return !seen.has(key) && seen.add(key);
  });
  return { all: first, unified: first.length > 0 && first.every(({ version }) => version === 2) };
}

/** systemd's scope is one level below the cgroup in which it creates others. */
function baseOf(hierarchy: Hierarchy, init: Membership): string {
  return belowMount(hierarchy, init).replace(/\/init\.scope$/, '');
}

/** Returns the directory of a process's cgroup. */
export function memberDirectory(hierarchy: Hierarchy, membership: Membership): string {
  return join(hierarchy.mount, belowMount(hierarchy, membership));
}

function belowMount(hierarchy: Hierarchy, membership: Membership): string {
  const path = membership.get(keyOf(hierarchy)) ?? '/';
  const { root } = hierarchy;
  return root !== '/' && path.startsWith(root) ? path.slice(root.length) : path;
}

/** proc(5): id parent device root mountpoint options… - type source superoptions */
function parseLine(line: string): Hierarchy[] {
  const [left = '', right = ''] = line.split(' - ');
  const [type, , superOptions = ''] = right.split(' ');
  const [, , , root = '', mount = ''] = left.split(' ').map(unescape);
  if (type === 'cgroup2') return [{ version: 2, mount, root, base: '', controllers: [], options: '' }];
  if (type !== 'cgroup') return [];
  const options = superOptions
    .split(',')
    .filter((option) => v1Names.has(option) || option.startsWith('name='));
  const controllers = options.filter((option) => !option.startsWith('name='));
  // A hierarchy without controllers is mounted by its name and `none`.
  const mountOptions = controllers.length > 0 ? options : ['none', ...options];
  return [{ version: 1, mount, root, base: '', controllers, options: mountOptions.join(',') }];
}

function unescape(path: string): string {
  return path.replaceAll(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(parseInt(octal, 8)));
}

/** Returns the v1 hierarchy with a controller. */
export function hierarchyOf(layout: CgroupLayout, controller: string): Hierarchy | undefined {
  return layout.all.find(({ controllers }) => controllers.includes(controller));
}
