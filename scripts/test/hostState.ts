import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { mountsBelow } from '../lib/mounts.ts';
import { ownInterfaces } from './ownInterfaces.ts';
import type { OwnNames } from './OwnNames.ts';

export interface HostProcess {
  pid: number;
  command: string;
}

/**
 * Returns the resources of tests on the host, one line each: those in their work directory or with one of their names.
 */
export async function hostState(workDir: string, names: OwnNames): Promise<string[]> {
  const processes = processesOf(workDir, names);
  const namespaces = list('/run/netns').filter((name) => names.areIn(name));
  const places = [
    // Only mounts of this type: access to a mount of a dead file system would block.
    ...mountsBelow(workDir, 'nsfs'),
    ...namespaces.map((name) => `/run/netns/${name}`),
    ...processes.map(({ pid }) => `/proc/${pid}/ns/net`),
  ];
  return [
    ...processes.map(({ pid, command }) => `process ${pid}: ${command}`),
    ...mountsBelow(workDir).map((path) => `mount ${path}`),
    ...namespaces.map((name) => `network namespace ${name}`),
    ...(await ownInterfaces(names, places)).map((name) => `network interface ${name}`),
    ...cgroups(names).map((path) => `cgroup ${path}`),
    ...(await ownRules('iptables', names)),
    ...(await ownRules('ip6tables', names)),
    ...names.leftFiles().map((path) => `file ${path}`),
  ];
}

/**
 * Returns the processes of tests: they have inherited TMPDIR or have a path in it as an argument. Processes of
 * containers have neither, but are in a cgroup of the tests.
 */
export function processesOf(workDir: string, names: OwnNames): HostProcess[] {
  const isOwn = (pid: string) =>
    `${read(`/proc/${pid}/environ`)}\0${read(`/proc/${pid}/cmdline`)}`.includes(workDir) ||
    names.areIn(read(`/proc/${pid}/cgroup`));
  return list('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter(isOwn)
    .map((pid) => ({ pid: Number(pid), command: read(`/proc/${pid}/cmdline`).replaceAll('\0', ' ').trim() }));
}

/**
 * Searches two levels below /sys/fs/cgroup: the top-level cgroups of each hierarchy, or on v2 cgroups and their
 * children.
 */
function cgroups(names: OwnNames): string[] {
  const top = directories('/sys/fs/cgroup');
  return [...top, ...top.flatMap(directories)].filter((path) => names.areIn(path));
}

function directories(path: string): string[] {
  try {
    const entries = readdirSync(path, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory()).map(({ name }) => join(path, name));
  } catch {
    // Removed in the meantime.
    return [];
  }
}

/** Returns rules and chains. */
async function ownRules(command: string, names: OwnNames): Promise<string[]> {
  const { stdout } = await execa(`${command}-save`, { reject: false, timeout: 10_000, stdin: 'ignore' });
  return (stdout ?? '')
    .split('\n')
    .filter((line) => /^(-A |:)/.test(line) && names.areIn(line))
    .map((line) => `rule of ${command}: ${line}`);
}

function list(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}

/** Returns an empty text if the file does not exist. */
function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
