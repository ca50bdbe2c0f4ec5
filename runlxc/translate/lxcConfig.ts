/** LXC's part of a container: namespaces, id maps, cgroups, the hostname. */
import { basename, join } from 'node:path';
import { payloadName } from '../cgroup/layout.ts';
import { RunlxcError } from '../cli/error.ts';
import type { IdMapping, NamespaceType, Spec } from '../spec/types.ts';
import { hasNewNamespace } from '../spec/validate.ts';
import type { Container } from './container.ts';
import { deviceRules } from './deviceRules.ts';

const lxcNames: Readonly<Record<NamespaceType, string>> = {
  pid: 'pid',
  network: 'net',
  mount: 'mnt',
  ipc: 'ipc',
  uts: 'uts',
  user: 'user',
  cgroup: 'cgroup',
  time: 'time',
};

/**
 * Returns the text of lxc.container.conf(5).
 * @param parents cgroup.procs of the cgroups that the monitor joins first
 */
export function lxcConfig(container: Container, parents: readonly string[]): string {
  const { spec, dir, debug } = container;
  const lines = [
    `lxc.log.file = ${join(dir, 'lxc.log')}`,
    `lxc.log.level = ${debug ? 'DEBUG' : 'ERROR'}`,
    // runlxc-init sets up devices, terminals and mounts; without a rootfs LXC does not change the root.
    'lxc.autodev = 0',
    'lxc.tty.max = 0',
    'lxc.pty.max = 0',
    'lxc.console.path = none',
    'lxc.apparmor.profile = unconfined',
    `lxc.keyring.session = ${container.keepsKeyring ? 0 : 1}`,
    ...network(spec),
    ...namespaces(spec),
    ...idMaps(spec),
    ...cgroups(container, parents.length > 0),
  ];
  if (spec.hostname) lines.push(`lxc.uts.name = ${oneLine(spec.hostname, 'hostname')}`);
  if (spec.process?.oomScoreAdj !== undefined)
    lines.push(`lxc.proc.oom_score_adj = ${spec.process.oomScoreAdj}`);
  return `${lines.join('\n')}\n`;
}

/** In a new namespace the loopback interface is up, as in runc; the specification does not require it. */
function network(spec: Spec): string[] {
  return hasNewNamespace(spec, 'network')
    ? ['lxc.net.0.type = empty', 'lxc.net.0.flags = up']
    : ['lxc.net.0.type = none'];
}

function namespaces({ linux }: Spec): string[] {
  const all = linux?.namespaces ?? [];
  // The init creates a new time namespace: LXC 5.0 sets its offsets too late.
  const made = all.filter(({ path, type }) => !path && type !== 'time').map(({ type }) => lxcNames[type]);
  const joined = all.flatMap(({ type, path }) =>
    path ? [`lxc.namespace.share.${lxcNames[type]} = ${oneLine(path, 'linux.namespaces')}`] : [],
  );
  return [`lxc.namespace.clone = ${made.join(' ')}`, ...joined];
}

function idMaps(spec: Spec): string[] {
  if (!hasNewNamespace(spec, 'user')) return [];
  const lines = (letter: string, maps: readonly IdMapping[] = []) =>
    maps.map(({ containerID, hostID, size }) => `lxc.idmap = ${letter} ${containerID} ${hostID} ${size}`);
  return [...lines('u', spec.linux?.uidMappings), ...lines('g', spec.linux?.gidMappings)];
}

/**
 * The monitor is in the container's cgroup, the container one level below. On v2 a cgroup with others below cannot
 * contain processes (cgroup-v2, "No Internal Process Constraint"), so the monitor has its own.
 */
function cgroups({ spec, cgroup, cgroups: layout }: Container, isRelative: boolean): string[] {
  const own = oneLine(isRelative ? basename(cgroup) : cgroup.slice(1), 'linux.cgroupsPath');
  return [
    `lxc.cgroup.relative = ${isRelative ? 1 : 0}`,
    `lxc.cgroup.dir.monitor = ${layout.unified ? `${own}/monitor` : own}`,
    `lxc.cgroup.dir.container = ${own}/${payloadName}`,
    // Cgroup of a monitor that failed to start its container.
    `lxc.cgroup.dir.monitor.pivot = ${own}`,
    ...deviceRules(spec.linux?.resources?.devices ?? [], layout.unified ? 'lxc.cgroup2' : 'lxc.cgroup'),
  ];
}

/** A line break in a value would start another setting. */
function oneLine(value: string, field: string): string {
  if (/[\n\r]/.test(value)) throw new RunlxcError(`${field}: a line break is not allowed`);
  return value;
}
