/** All that one pouchd has on the host, read past the daemon: from /proc, /sys, its directories and containerd. */
import { readFileSync, readlinkSync } from 'node:fs';
import { isIP } from 'node:net';
import { basename, join } from 'node:path';
import { execa } from 'execa';
import { type ContainerdClient, SnapshotKind } from '../../../core/containerd/index.ts';
import { mountsBelow } from '../../../scripts/lib/mounts.ts';
import { cgroupsBelow } from './cgroups.ts';
import { list, read } from './files.ts';
import { processesOf } from './processes.ts';

/** What names the things of one daemon. */
export interface HostNames {
  /** Holds `root` and `state`. */
  dir: string;
  root: string;
  state: string;
  bridge: string;
  subnet: string;
  cgroupParent: string;
  /** Path of its network namespace, if it has one of its own. */
  network?: string;
}

/** They are started for the first container that needs them, and end with the daemon. */
const helpers = ['pouch-dns', 'pouch-proxy'];

export async function inventory(names: HostNames, containerd: ContainerdClient): Promise<Set<string>> {
  return new Set([
    ...numbered(processesOf(names).map(({ role }) => role)).filter((line) => !helpers.includes(line)),
    ...listenersOf(names),
    ...mountsBelow(names.dir).map((path) => `mount ${path}`),
    ...cgroupsBelow(names.cgroupParent).map((path) => `cgroup ${path}`),
    ...(await linksOf(names)),
    ...leasesOf(names),
    ...(await rulesOf(names)),
    ...filesOf(names),
    ...(await objectsIn(containerd)),
  ]);
}

/** Ports of IPv6 that the daemon's proxy has open. */
function listenersOf(names: HostNames): string[] {
  const proxies = processesOf(names).filter(({ role }) => role === 'pouch-proxy');
  return proxies.flatMap(({ pid }) => {
    const sockets = new Set(list(`/proc/${pid}/fd`).map((fd) => linkOf(`/proc/${pid}/fd/${fd}`)));
    return ['tcp6', 'udp6'].flatMap((protocol) =>
      read(`/proc/${pid}/net/${protocol}`)
        .split('\n')
        .map((line) => line.trim().split(/\s+/))
        // Listening, and of UDP without a peer (proc_net(5)).
        .filter(
          ([, , , state, , , , , , inode]) =>
            ['0A', '07'].includes(state!) && sockets.has(`socket:[${inode}]`),
        )
        .map(([, local]) => `listens on ${protocol} ${local}`),
    );
  });
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}

/** Two of the same are two lines: a second log keeper is one too many. */
function numbered(lines: string[]): string[] {
  const seen = new Map<string, number>();
  return lines.map((line) => {
    const count = (seen.get(line) ?? 0) + 1;
    seen.set(line, count);
    return count === 1 ? line : `${line} (${count})`;
  });
}

/** host-local has a file for each address, named by it. */
function leasesOf({ root }: HostNames): string[] {
  const ipam = join(root, 'network/ipam');
  return list(ipam)
    .flatMap((network) => below(join(ipam, network)))
    .filter((path) => isIP(basename(path)) !== 0)
    .map((path) => `lease ${basename(path)} of ${read(path).split(/\r?\n/)[0]}`);
}

/** The host's ends of the veth pairs on its bridge, and bridges: they are marked with the directory of their daemon. */
async function linksOf(names: HostNames): Promise<string[]> {
  const { root, bridge } = names;
  const links = JSON.parse((await inNetworkOf(names, 'ip', '-json', 'link', 'show')) || '[]') as Link[];
  const marks = [`pouch ${root}`, `pouch parent ${root}`];
  return [
    ...links.filter(({ master }) => master === bridge).map(({ ifname }) => `interface ${ifname}`),
    ...links
      .filter(({ ifname, ifalias = '' }) => ifname !== bridge && marks.includes(ifalias))
      .map(({ ifname }) => `bridge ${ifname}`),
  ];
}

/** As ip-link(8) prints it. */
interface Link {
  ifname: string;
  master?: string;
  ifalias?: string;
}

/** The output of a command in the network namespace of the daemon; empty if it fails. */
async function inNetworkOf({ network }: HostNames, file: string, ...args: string[]): Promise<string> {
  const [command = '', ...rest] =
    network === undefined ? [file, ...args] : ['nsenter', `--net=${network}`, file, ...args];
  const { stdout } = await execa(command, rest, { reject: false, timeout: 10_000, stdin: 'ignore' });
  return stdout ?? '';
}

/** Rules that name its bridge or an address of its subnet. */
async function rulesOf(names: HostNames): Promise<string[]> {
  const { bridge, subnet } = names;
  const prefix = subnet.slice(0, subnet.lastIndexOf('.') + 1);
  return (await inNetworkOf(names, 'iptables-save'))
    .split('\n')
    .filter((line) => line.startsWith('-A ') && (line.includes(bridge) || line.includes(prefix)))
    .map((line) => `rule ${line}`);
}

/** Directories with an entry for each container, network namespace, stream or volume. */
function filesOf({ root, state }: HostNames): string[] {
  const directories = ['containers', 'volumes', 'networks'].map((name) => join(root, name));
  const ofState = ['io', 'netns', 'userns', 'idmapped', 'exec', 'copy-up', 'sidecars', 'processes'].map(
    (name) => join(state, name),
  );
  const ofShims = ['io.containerd.runtime.v2.task'].map((name) => join(state, 'containerd', name));
  return [...directories, ...ofState, ...ofShims.flatMap(below)].flatMap((directory) =>
    list(directory).map((name) => `file ${join(directory, name)}`),
  );
}

function below(directory: string): string[] {
  return list(directory).map((name) => join(directory, name));
}

async function objectsIn({ containers, tasks, snapshots }: ContainerdClient): Promise<string[]> {
  const [made, running, layers] = await Promise.all([containers.list(), tasks.list(), snapshots.list()]);
  return [
    ...made.map(({ id }) => `containerd container ${id}`),
    ...running.map(({ id }) => `containerd task ${id}`),
    ...layers.filter(({ kind }) => kind !== SnapshotKind.COMMITTED).map(({ name }) => `snapshot ${name}`),
  ];
}

/** Lines of an inventory that name a container other than these. */
export function unexplained(lines: Iterable<string>, ids: readonly string[]): string[] {
  const named = (line: string) => /[0-9a-f]{64}/.exec(line)?.[0];
  return [...lines].filter((line) => {
    const id = named(line);
    return id !== undefined && !ids.some((known) => known === id || known.slice(0, 56) === id.slice(0, 56));
  });
}

/** A line for each process that is the same one still. */
export function identityOf(pid: number): string {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const started = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  return `${pid} started at ${started}`;
}
