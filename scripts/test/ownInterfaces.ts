import { statSync } from 'node:fs';
import { execa } from 'execa';
import type { OwnNames } from './OwnNames.ts';

/** One of `ip -j link`. */
interface Link {
  ifindex: number;
  ifname: string;
  /** The bridge that it is attached to. */
  master?: string;
  /** Of a veth: the other end, in the namespace `link_netnsid`. */
  link_index?: number;
}

/**
 * The host's interfaces with one of the names, those attached to a bridge with one, and the other ends of those in the namespaces.
 * @param namespaces files of network namespaces; others are ignored
 */
export async function ownInterfaces(names: OwnNames, namespaces: readonly string[]): Promise<string[]> {
  const peers = new Set((await Promise.all(foreign(namespaces).map(linksIn))).flat().map(peerOf));
  const isOwn = ({ ifname, ifindex, master = '' }: Link) =>
    names.areIn(ifname) || names.areIn(master) || peers.has(ifindex);
  return (await links('ip')).filter(isOwn).map(({ ifname }) => ifname);
}

function peerOf({ link_index }: Link): number | undefined {
  return link_index;
}

/** Those that are not the host's own, each once. */
function foreign(namespaces: readonly string[]): string[] {
  const byInode = new Map(namespaces.flatMap((path) => inodeOf(path).map((inode) => [inode, path] as const)));
  for (const own of inodeOf('/proc/self/ns/net')) byInode.delete(own);
  return [...byInode.values()];
}

function inodeOf(path: string): string[] {
  try {
    const { dev, ino } = statSync(path);
    return [`${dev} ${ino}`];
  } catch {
    // Gone in the meantime.
    return [];
  }
}

function linksIn(namespace: string): Promise<Link[]> {
  return links('nsenter', `--net=${namespace}`, 'ip');
}

/** None if the command fails, for example because the file is not a network namespace (any more). */
async function links(...[file = '', ...args]: string[]): Promise<Link[]> {
  const { stdout, failed } = await execa(file, [...args, '-j', 'link'], {
    reject: false,
    timeout: 10_000,
    stdin: 'ignore',
  });
  return failed ? [] : (JSON.parse(stdout || '[]') as Link[]);
}
