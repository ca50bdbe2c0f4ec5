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
 * What tests have on the host, each named by a sentence that a reader can act on: whatever is in their work directory or
 * carries one of their names. What others do on the host at the same time is left out.
 */
export async function hostState(workDir: string, names: OwnNames): Promise<string[]> {
  const processes = processesOf(workDir, names);
  const namespaces = list('/run/netns').filter((name) => names.areIn(name));
  const places = [
    // Of the mounts only these: a look at one of a dead file system would not return.
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
 * Processes that work in the directory: what the tests start inherits TMPDIR or has its path as an argument. Those of containers
 * have neither, but are in a cgroup of the tests.
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

/** Of the outermost cgroups of each hierarchy; on cgroup v2 the same paths are cgroups and their children. */
function cgroups(names: OwnNames): string[] {
  const top = directories('/sys/fs/cgroup');
  return [...top, ...top.flatMap(directories)].filter((path) => names.areIn(path));
}

function directories(path: string): string[] {
  try {
    const entries = readdirSync(path, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory()).map(({ name }) => join(path, name));
  } catch {
    // Gone in the meantime.
    return [];
  }
}

/** Rules and chains. */
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

/** The empty text for what is not there (any more). */
function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
