import { resolve } from 'node:path';
import { directory, payload } from '../cgroup/layout.ts';
import type { Mount } from '../spec/types.ts';
import { addCgroupMount } from './cgroupMounts.ts';
import type { Container, Plans } from './container.ts';
import { bindAttributes, type MountOptions, ms, parseMountOptions, propagations } from './mountOptions.ts';
import { RunlxcError, unsupported } from '../cli/error.ts';

/** Adds the root file system and its mounts, in the spec's order. */
export function addMounts(container: Container, plans: Plans): void {
  const { spec, bundle } = container;
  // The container's first mounts must not propagate to the host, unless its root is shared.
  plans.init.add('root', resolve(bundle, spec.root?.path ?? ''), ms.slave | ms.rec);
  for (const [index, mount] of (spec.mounts ?? []).entries())
    addMount(container, plans, mount, `mounts[${index}]`);
}

export function isBind({ type, options = [] }: Mount): boolean {
  return type === 'bind' || options.includes('bind') || options.includes('rbind');
}

function addMount(container: Container, plans: Plans, mount: Mount, field: string): void {
  const options = parseMountOptions(mount.options ?? []);
  checkProc(mount, field);
  if (isBind(mount)) addBind(container, plans, { mount, options, field });
  else if (mount.type === 'cgroup' || mount.type === 'cgroup2')
    addCgroupMount(container, plans, mount.destination, options);
  else addFileSystem(plans, { mount, options, field });
}

interface Parsed {
  mount: Mount;
  options: MountOptions;
  field: string;
}

function addFileSystem({ init }: Plans, { mount, options, field }: Parsed): void {
  const { type = '', source = type, destination } = mount;
  if (type === '') throw new RunlxcError(`${field}.type is missing`);
  if (options.idmap !== 'none' || mount.uidMappings?.length)
    throw unsupported(`${field}.uidMappings`, 'only bind mounts can be mapped');
  if (options.recursive.set | options.recursive.clear)
    throw unsupported(`${field}.options`, 'recursive options are for bind mounts');
  const { flags, data, propagation, copiesUp } = options;
  init.add('mount', source, type, destination, flags, data, propagation, copiesUp && type === 'tmpfs');
}

/** The monitor opens the tree: it can access the source, and its mounts have the host's peers. */
function addBind(container: Container, plans: Plans, { mount, options, field }: Parsed): void {
  const { monitor, init, descriptors } = plans;
  if (!mount.source) throw new RunlxcError(`${field}.source is missing`);
  const source = resolve(container.bundle, mount.source);
  const own = ownCgroup(container, source);
  if (own !== undefined)
    return void init.add('bind-path', own, mount.destination, options.flags & ~ms.rec & ~ms.bind);
  const fd = descriptors.take();
  const isTree = (options.flags & ms.rec) !== 0 || mount.options?.includes('rbind') === true;
  monitor.add('tree', fd, source, isTree);
  addIdMapping(container, plans, { mount, options, field }, fd);
  addPropagation(container, plans, options.propagation, fd);
  const top = bindAttributes(options);
  if (top.set | top.clear) monitor.add('attributes', fd, false, top.set, top.clear, 0);
  const { set, clear } = options.recursive;
  if (set | clear) monitor.add('tree-attributes', fd, true, set, clear, 0);
  const flags = options.flags & ~(ms.bind | ms.rec);
  init.add('bind', fd, mount.destination, source, isTree ? ms.rec : 0, flags, options.propagation);
}

/** Replaces the host's propagation of the tree with that of the container's root, or of its options. */
function addPropagation(container: Container, { monitor }: Plans, own: number, fd: number): void {
  const base = propagationOfRoot(container) & ~ms.rec;
  const isOwn = own !== 0 && (own & ms.rec) !== 0;
  if (base !== ms.shared && !isOwn) monitor.add('attributes', fd, true, 0, 0, base);
  // Not idempotent: making a slave a slave again would lose its master.
  if (own !== 0 && (isOwn || own !== base)) monitor.add('attributes', fd, isOwn, 0, 0, own & ~ms.rec);
}

/**
 * An engine may create the container's cgroup and bind-mount it into the container. There it is replaced with the
 * cgroup below, which contains the processes.
 */
function ownCgroup({ cgroups, cgroup }: Container, source: string): string | undefined {
  const hierarchy = cgroups.all.find((each) => source === directory(each, cgroup));
  return hierarchy && payload(hierarchy, cgroup);
}

function addIdMapping(
  { spec }: Container,
  { monitor }: Plans,
  { mount, options, field }: Parsed,
  fd: number,
): void {
  const own = mount.uidMappings?.length ? mount : undefined;
  if (!own && options.idmap === 'none') return;
  const uids = own?.uidMappings ?? spec.linux?.uidMappings;
  const gids = own?.gidMappings ?? spec.linux?.gidMappings;
  if (!uids?.length || !gids?.length)
    throw new RunlxcError(`${field}: idmap needs uidMappings and gidMappings`);
  const lines = (maps: typeof uids) => maps.map((map) => `${map.containerID} ${map.hostID} ${map.size}`);
  monitor.add('idmap', fd, options.idmap === 'recursive', lines(uids), lines(gids));
}

/** Propagation of all the container's first mounts; the default is runc's. */
export function propagationOfRoot({ spec }: Pick<Container, 'spec'>): number {
  const value = spec.linux?.rootfsPropagation;
  if (!value) return ms.slave | ms.rec;
  const known = propagations[value];
  if (known === undefined) throw new RunlxcError(`linux.rootfsPropagation: ${value} is not known`);
  return known;
}

/** Adds steps after the container has its root. */
export function addRoot(container: Container, { init }: Plans): void {
  const { spec } = container;
  init.add('pivot');
  if (spec.linux?.rootfsPropagation) init.add('root-propagation', propagationOfRoot(container) & ~ms.rec);
}

/** Adds masked and read-only paths, after everything else. */
export function addProtections({ spec }: Container, { init }: Plans): void {
  if (spec.root?.readonly) init.add('root-readonly');
  for (const path of spec.linux?.readonlyPaths ?? []) init.add('readonly', path);
  for (const path of spec.linux?.maskedPaths ?? []) init.add('mask', path);
}

/** Whether /dev is the container's own and must be filled; a bind mount is not. */
export function ownsDev({ spec }: Container): boolean {
  return !spec.mounts?.some((mount) => mount.destination.replace(/\/+$/, '') === '/dev' && isBind(mount));
}

/** Files in /proc that mounts may replace, as lxcfs does (runc's list). */
const coverable = new Set(
  'cpuinfo diskstats meminfo stat swaps uptime loadavg slabinfo net/dev sys/kernel/ns_last_pid sys/crypto/fips_enabled'
    .split(' ')
    .map((name) => `/proc/${name}`),
);

/** A mount over /proc could fake the kernel's files, including those of the LSM (CVE-2019-16884). */
function checkProc({ destination, type }: Mount, field: string): void {
  const path = resolve('/', destination);
  if (path === '/proc' && type !== 'proc')
    throw new RunlxcError(
      `${field}: ${JSON.stringify(path)} cannot be mounted because it is not of type proc`,
    );
  if (path.startsWith('/proc/') && !coverable.has(path))
    throw new RunlxcError(`${field}: ${JSON.stringify(path)} cannot be mounted because it is inside /proc`);
}
