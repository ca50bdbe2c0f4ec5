/** The hierarchies of cgroups that the host has mounted. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Membership, membershipOf } from './membership.ts';

export interface Hierarchy {
  version: 1 | 2;
  /** Its mount point. */
  mount: string;
  /** Which of its cgroups is there: '/' where the host mounts it. */
  root: string;
  /** Below the mount, where paths of containers begin: the cgroup of PID 1, as LXC has it. */
  base: string;
  /** Of v1: what is mounted here. */
  controllers: readonly string[];
  /** Of v1: what mount(2) needs to mount it again. */
  options: string;
}

export interface CgroupLayout {
  all: readonly Hierarchy[];
  /** v2 alone; a host with v1 may have v2 beside it, without controllers. */
  unified: boolean;
}

/** Below the container's own cgroup: where its processes are. */
export const payloadName = 'payload';

/** The directory of the container's cgroup. */
export function directory({ mount, base }: Hierarchy, cgroup: string): string {
  return join(mount, base, cgroup);
}

/** The directory of the container's processes. */
export function payload(hierarchy: Hierarchy, cgroup: string): string {
  return join(directory(hierarchy, cgroup), payloadName);
}

/** By what /proc/PID/cgroup names it. */
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
  // The same hierarchy may be mounted twice; the first is the host's own.
  const seen = new Set<string>();
  const first = all.filter((hierarchy) => {
    const key = `${hierarchy.version} ${hierarchy.options}`;
    return !seen.has(key) && seen.add(key);
  });
  return { all: first, unified: first.length > 0 && first.every(({ version }) => version === 2) };
}

/** systemd's own scope is one below where it puts others. */
function baseOf(hierarchy: Hierarchy, init: Membership): string {
  return belowMount(hierarchy, init).replace(/\/init\.scope$/, '');
}

/** The directory of a process's cgroup. */
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
  // A hierarchy without controllers must be asked for by name and `none`.
  const mountOptions = controllers.length > 0 ? options : ['none', ...options];
  return [{ version: 1, mount, root, base: '', controllers, options: mountOptions.join(',') }];
}

function unescape(path: string): string {
  return path.replaceAll(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(parseInt(octal, 8)));
}

/** The hierarchy of v1 that has a controller. */
export function hierarchyOf(layout: CgroupLayout, controller: string): Hierarchy | undefined {
  return layout.all.find(({ controllers }) => controllers.includes(controller));
}
