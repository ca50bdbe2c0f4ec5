import { statSync } from 'node:fs';
import { execa } from 'execa';
import type { OwnNames } from './OwnNames.ts';

/** An entry of `ip -j link`. */
interface Link {
  ifindex: number;
  ifname: string;
  /** The bridge of the interface. */
  master?: string;
  /** Peer of a veth, in the namespace `link_netnsid`. */
  link_index?: number;
}

/**
 * Returns the host's interfaces with one of the names, those attached to a bridge with one, and peers of interfaces
 * in the namespaces.
 * @param namespaces - files of network namespaces; other files are ignored
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

/** Removes duplicates and the host's namespace. */
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
    // Removed in the meantime.
    return [];
  }
}

function linksIn(namespace: string): Promise<Link[]> {
  return links('nsenter', `--net=${namespace}`, 'ip');
}

/** Returns nothing if the command fails, such as for a file that is not a network namespace. */
async function links(...[file = '', ...args]: string[]): Promise<Link[]> {
  const { stdout, failed } = await execa(file, [...args, '-j', 'link'], {
    reject: false,
    timeout: 10_000,
    stdin: 'ignore',
  });
  return failed ? [] : (JSON.parse(stdout || '[]') as Link[]);
}
