import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { mountsBelow } from '../lib/mounts.ts';

/** What tests could leave behind on a host, each named by a sentence that a reader can act on. */
export type HostState = ReadonlySet<string>;

/**
 * The host's interfaces, cgroups, packet filter rules and the owner of its /dev/null (a runtime may give it to a
 * container's user), and of mounts, processes and files those that belong to the
 * directory in which the tests work.
 */
export async function hostState(workDir: string): Promise<HostState> {
  return new Set([
    ...processesOf(workDir).map(({ pid, command }) => `process ${pid}: ${command}`),
    ...mountsBelow(workDir).map((path) => `mount ${path}`),
    ...list('/run/netns').map((name) => `network namespace ${name}`),
    ...list('/sys/class/net').map((name) => `network interface ${name}`),
    ...cgroups().map((path) => `cgroup ${path}`),
    ownerOf('/dev/null'),
    ...(await rules('iptables-save')),
    ...(await rules('ip6tables-save')),
    ...filesOf(workDir).map((path) => `file ${path}`),
  ]);
}

/** Processes that work in the directory: what the tests start inherits TMPDIR or has its path as an argument. */
export function processesOf(workDir: string): { pid: number; command: string }[] {
  return list('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((pid) => `${read(`/proc/${pid}/environ`)}\0${read(`/proc/${pid}/cmdline`)}`.includes(workDir))
    .map((pid) => ({ pid: Number(pid), command: read(`/proc/${pid}/cmdline`).replaceAll('\0', ' ').trim() }));
}

/** The outermost cgroups of each hierarchy; on cgroup v2 the same paths are cgroups and their children. */
function cgroups(): string[] {
  const top = directories('/sys/fs/cgroup');
  return [...top, ...top.flatMap(directories)];
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

/** What the CNI plugins firewall and portmap make once per host, for all networks, and never remove. */
const ofCniForAll =
  /^-A (FORWARD|CNI-FORWARD|PREROUTING|OUTPUT|POSTROUTING|CNI-HOSTPORT-\w+) (?!.*(-s|-d|--dports?) )/;

async function rules(command: string): Promise<string[]> {
  const { stdout } = await execa(command, { reject: false, timeout: 10_000, stdin: 'ignore' });
  return (stdout ?? '')
    .split('\n')
    .filter((line) => line.startsWith('-A ') && !(line.includes('CNI') && ofCniForAll.test(line)))
    .map((line) => `rule of ${command.replace('-save', '')}: ${line}`);
}

function ownerOf(path: string): string {
  const { uid, gid } = statSync(path);
  return `owner ${uid}:${gid} of ${path}`;
}

/** Caches that tools keep in the temporary directory are theirs. */
const caches = /^(tsx-\d+|node-compile-cache|jiti|v8-compile-cache.*)$/;

function filesOf(workDir: string): string[] {
  return list(workDir)
    .filter((name) => !caches.test(name))
    .map((name) => join(workDir, name));
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
