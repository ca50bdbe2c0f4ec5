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
  /** IPv4, in CIDR notation. */
  addresses: string[];
  /** `ip link set … alias`. */
  alias: string;
}

interface IpLink {
  ifname: string;
  ifalias?: string;
  linkinfo?: { info_kind?: string };
  addr_info?: { family: string; local: string; prefixlen: number }[];
}

interface IpRoute {
  dst: string;
  dev?: string;
}

/** Reads the output of iproute2, which includes interfaces that are down. */
export async function readHostNetwork(): Promise<HostNetwork> {
  const [links, routes] = await Promise.all([
    ipJson<IpLink>(['-details', 'address', 'show']),
    ipJson<IpRoute>(['-4', 'route', 'show']),
  ]);
  return {
    links: links.map(hostLink),
    routes: routes.flatMap(({ dst, dev }) =>
      dst === 'default' || !dev ? [] : [{ destination: dst, device: dev }],
    ),
  };
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
  const addresses = (link.addr_info ?? []).filter(({ family }) => family === 'inet');
  return {
    name: link.ifname,
    kind: link.linkinfo?.info_kind ?? '',
    addresses: addresses.map(({ local, prefixlen }) => `${local}/${prefixlen}`),
    alias: link.ifalias ?? '',
  };
}
