import { existsSync } from 'node:fs';
import { runCommand } from '../command.ts';

/** The host's interfaces and routes, with which a bridge may conflict. */
export interface HostNetwork {
  links: HostLink[];
  routes: { destination: string; device: string }[];
}

export interface HostLink {
  name: string;
  /** `bridge`, `veth`, …; empty for hardware. */
  kind: string;
  /** In CIDR notation, without those of the scope link. */
  addresses: string[];
  /** `ip link set … alias`. */
  alias: string;
  isLoopback?: true;
  /** The interface below it. */
  parent?: string;
}

interface IpLink {
  ifname: string;
  ifalias?: string;
  linkinfo?: { info_kind?: string };
  addr_info?: { family: string; local?: string; prefixlen: number; scope?: string }[];
  link_type?: string;
  link?: string;
}

interface IpRoute {
  dst: string;
  dev?: string;
}

/** Reads the output of iproute2, which includes interfaces that are down. */
export async function readHostNetwork(): Promise<HostNetwork> {
  const [links, routes, routes6] = await Promise.all([
    readLinks(),
    ipJson<IpRoute>(['-4', 'route', 'show']),
    existsSync('/proc/sys/net/ipv6') ? ipJson<IpRoute>(['-6', 'route', 'show']) : [],
  ]);
  return {
    links,
    routes: [...routes, ...routes6].flatMap(({ dst, dev }) =>
      dst === 'default' || !dev || isLinkLocal(dst) ? [] : [{ destination: dst, device: dev }],
    ),
  };
}

/** The interfaces alone: one command instead of three. */
export async function readLinks(): Promise<HostLink[]> {
  return (await ipJson<IpLink>(['-details', 'address', 'show'])).map(hostLink);
}

/** Each interface has one in fe80::/10. */
function isLinkLocal(destination: string): boolean {
  return /^fe[89ab]/i.test(destination);
}

/**
 * Runs `ip`.
 * @throws Error with its error output
 */
export async function ip(args: string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await runCommand('ip', args);
  if (exitCode !== 0) throw new Error(`ip ${args.join(' ')}: ${stderr.trim()}`);
  return stdout;
}

async function ipJson<Item>(args: string[]): Promise<Item[]> {
  return JSON.parse((await ip(['-json', ...args])) || '[]') as Item[];
}

function hostLink(link: IpLink): HostLink {
  const addresses = (link.addr_info ?? []).filter(
    ({ family, local, scope }) =>
      local !== undefined && (family === 'inet' || (family === 'inet6' && scope !== 'link')),
  );
  return {
    name: link.ifname,
    kind: link.linkinfo?.info_kind ?? '',
    ...(link.link_type === 'loopback' && { isLoopback: true as const }),
    ...(link.link !== undefined && { parent: link.link }),
    addresses: addresses.map(({ local, prefixlen }) => `${local}/${prefixlen}`),
    alias: link.ifalias ?? '',
  };
}
