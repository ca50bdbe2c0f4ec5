/** What LXC itself does: namespaces, maps of ids, cgroups, the host's name. */
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
 * The text of lxc.container.conf(5).
 * @param parents of cgroups that the monitor joins first
 */
export function lxcConfig(container: Container, parents: readonly string[]): string {
  const { spec, dir, debug } = container;
  const lines = [
    `lxc.log.file = ${join(dir, 'lxc.log')}`,
    `lxc.log.level = ${debug ? 'DEBUG' : 'ERROR'}`,
    // Devices, terminals and mounts are runlxc-init's; without a rootfs LXC leaves the root as it is.
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

/** As runc does, though the specification does not ask for it: in a new namespace the loopback interface is up. */
function network(spec: Spec): string[] {
  return hasNewNamespace(spec, 'network')
    ? ['lxc.net.0.type = empty', 'lxc.net.0.flags = up']
    : ['lxc.net.0.type = none'];
}

function namespaces({ linux }: Spec): string[] {
  const all = linux?.namespaces ?? [];
  // A new time namespace is the init's business: LXC 5.0 sets its offsets too late.
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
 * The monitor is in the container's cgroup, the container one below. A cgroup of v2 that has others below cannot have processes too (cgroup-v2, "No Internal Process Constraint").
 */
function cgroups({ spec, cgroup, cgroups: layout }: Container, isRelative: boolean): string[] {
  const own = oneLine(isRelative ? basename(cgroup) : cgroup.slice(1), 'linux.cgroupsPath');
  return [
    `lxc.cgroup.relative = ${isRelative ? 1 : 0}`,
    `lxc.cgroup.dir.monitor = ${layout.unified ? `${own}/monitor` : own}`,
    `lxc.cgroup.dir.container = ${own}/${payloadName}`,
    // Where a monitor goes that could not start its container.
    `lxc.cgroup.dir.monitor.pivot = ${own}`,
    ...deviceRules(spec.linux?.resources?.devices ?? [], layout.unified ? 'lxc.cgroup2' : 'lxc.cgroup'),
  ];
}

/** A line break in a value would be another setting. */
function oneLine(value: string, field: string): string {
  if (/[\n\r]/.test(value)) throw new RunlxcError(`${field}: a line break is not allowed`);
  return value;
}
