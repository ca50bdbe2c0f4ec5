import { isIPv6 } from 'node:net';
import { field, PouchError, type NetworkAttachment, type PortRequest } from '../../../hooks/index.ts';
import { tryBind } from './bind.ts';
import { readForwardedPorts, type ForwardedPort } from './forwarded.ts';
import { hostHasIPv6, proxiedAddress } from './proxied.ts';

/** A published port with its assigned host port. */
export type PublishedPort = NetworkAttachment['ports'][number];

/** The container that requests the ports. */
export interface Claimant {
  /** The container's id; with a dot and more for one of its ports. */
  container: string;
  name: string;
  /** It has an IPv6 address, too: the kernel forwards IPv6 to it. */
  hasIPv6?: boolean;
}

/** The container that holds a port, in any network. */
export type HeldPort = Omit<ForwardedPort, 'network'>;

interface Wanted extends HeldPort {
  name: string;
}

interface Claim extends Wanted {
  /** Also on every IPv6 address of the host. */
  isBoth: boolean;
}

export interface PortClaimsOptions {
  /** What other containers have, of any engine on this host. */
  forwarded?: () => Promise<HeldPort[]>;
  /** What containers of this daemon have by its proxy, which no rule shows. */
  proxied?: () => HeldPort[];
  /** Name of a container by its id; undefined for those of other engines. */
  nameOf?: (container: string) => string | undefined;
  /** Whether the host has IPv6: a port without an address of the host is published on both families. */
  hasIPv6?: () => boolean;
}

const anyAddress = '0.0.0.0';
const anyAddress6 = '::';
/** A port that the kernel picks is refused only if a container already has it, so few attempts suffice. */
const attempts = 50;

/**
 * Host ports that this process has assigned to containers. A port is free if three sources agree: this table
 * (attachments in progress), portmap's rules (running containers of any engine), and the kernel by bind(2) (other
 * processes).
 */
export class PortClaims {
  readonly #claims = new Set<Claim>();
  readonly #options: Required<PortClaimsOptions>;

  constructor({
    forwarded = readForwardedPorts,
    proxied = () => [],
    nameOf = () => undefined,
    hasIPv6 = hostHasIPv6,
  }: PortClaimsOptions = {}) {
    this.#options = { forwarded, proxied, nameOf, hasIPv6 };
  }

  /**
   * Claims all ports or none. A host port of 0 or undefined is replaced by a free port.
   * @throws PCH_PORT_IN_USE
   */
  async claim(claimant: Claimant, ports: PortRequest[]): Promise<PublishedPort[]> {
    try {
      return await assign(claimant, ports, { ...this.#options, claims: this.#claims });
    } catch (error) {
      this.release(claimant.container);
      throw error;
    }
  }

  /** Rejects as `claim` would, and claims nothing. @throws PCH_PORT_IN_USE */
  async check(claimant: Claimant, ports: PortRequest[]): Promise<void> {
    await assign(claimant, ports, { ...this.#options, claims: new Set(this.#claims) });
  }

  /** Releases all ports of a container. */
  release(container: string): void {
    for (const claim of this.#claims) if (claim.container === container) this.#claims.delete(claim);
  }

  /** Releases one port of a container. */
  releasePort(container: string, port: Pick<PublishedPort, 'protocol' | 'hostIp' | 'hostPort'>): void {
    for (const claim of this.#claims)
      if (claim.container === container && samePort(claim, { ...port, container }))
        this.#claims.delete(claim);
  }
}

interface Sources extends Required<PortClaimsOptions> {
  /** Gets the new claims. */
  claims: Set<Claim>;
}

async function assign(
  claimant: Claimant,
  ports: PortRequest[],
  { claims, forwarded, proxied, nameOf, hasIPv6 }: Sources,
): Promise<PublishedPort[]> {
  if (ports.length === 0) return [];
  const others = [...(await forwarded()), ...proxied()].filter(
    ({ container }) => container !== claimant.container,
  );
  const holderOf = (wanted: HeldPort) => {
    const holder = [...claims, ...others].find((other) => samePort(wanted, other));
    return holder && describe(holder, nameOf(ownerOf(holder)));
  };
  const published: PublishedPort[] = [];
  for (const { containerPort, protocol, hostIp = '', hostPort: asked } of ports) {
    const { container, name } = claimant;
    // The kernel alone forwards SCTP.
    const isBoth = hostIp === '' && hasIPv6() && (claimant.hasIPv6 === true || protocol !== 'sctp');
    const wanted = { protocol, hostIp: hostIp || anyAddress, hostPort: asked ?? 0, container, name, isBoth };
    const claim = asked
      ? await claimFixed(wanted, claims, holderOf)
      : await claimFree(wanted, claims, holderOf);
    for (const address of [claim.hostIp, ...(isBoth ? [anyAddress6] : [])]) {
      const proxied = proxiedAddress(address, protocol, claimant.hasIPv6 ?? false);
      const port = { containerPort, protocol, hostIp: address, hostPort: claim.hostPort };
      published.push({ ...port, ...(proxied !== undefined && { proxied }) });
    }
  }
  return published;
}

/** The container that has a port. */
type HolderOf = (wanted: HeldPort) => string | undefined;

async function claimFixed(wanted: Claim, claims: Set<Claim>, holderOf: HolderOf): Promise<Claim> {
  const holder = holderOf(wanted);
  if (holder) throw inUse(wanted, holder);
  claims.add(wanted);
  await bindBriefly(wanted);
  return wanted;
}

async function claimFree(wanted: Claim, claims: Set<Claim>, holderOf: HolderOf): Promise<Claim> {
  const toFailure = (error: unknown) => {
    throw bindFailure(wanted, error);
  };
  for (let attempt = 0; attempt < attempts; attempt++) {
    const claim = { ...wanted, hostPort: await tryBind(wanted.protocol, wanted.hostIp, 0).catch(toFailure) };
    if (holderOf(claim) || (wanted.isBoth && !(await isFree(claim, anyAddress6)))) continue;
    claims.add(claim);
    return claim;
  }
  throw new PouchError('PCH_PORT_IN_USE', `no free ${wanted.protocol} port was found on ${wanted.hostIp}`, {
    container: ownerOf(wanted),
    field: 'network.ports',
    hint: `specify a host port (${field('network.ports')}) or free some of /proc/sys/net/ipv4/ip_local_port_range`,
  });
}

async function bindBriefly({ isBoth, ...wanted }: Claim): Promise<void> {
  for (const hostIp of [wanted.hostIp, ...(isBoth ? [anyAddress6] : [])])
    await tryBind(wanted.protocol, hostIp, wanted.hostPort).catch((error: unknown) => {
      throw bindFailure({ ...wanted, hostIp }, error);
    });
}

async function isFree({ protocol, hostPort }: Claim, address: string): Promise<boolean> {
  return await tryBind(protocol, address, hostPort).then(
    () => true,
    () => false,
  );
}

function samePort(a: HeldPort, b: HeldPort): boolean {
  if (a.protocol !== b.protocol || a.hostPort !== b.hostPort) return false;
  if (a.hostIp === b.hostIp) return true;
  // An empty one stands for both families.
  const isSameFamily = [a.hostIp, b.hostIp].includes('') || isIPv6(a.hostIp) === isIPv6(b.hostIp);
  return (isSameFamily || isBoth(a) || isBoth(b)) && (isAny(a.hostIp) || isAny(b.hostIp));
}

function isBoth(port: HeldPort & { isBoth?: boolean }): boolean {
  return port.isBoth === true;
}

function isAny(address: string): boolean {
  return address === '' || address === anyAddress || address === anyAddress6;
}

/** @param name its present one; a claim has that of its start */
function describe(holder: HeldPort & { name?: string }, name = holder.name): string {
  return `the container ${name ?? (holder.container.slice(0, 12) || 'of another network')}`;
}

function ownerOf({ container }: HeldPort): string {
  return container.split('.')[0]!;
}

function inUse(wanted: Wanted, holder: string): PouchError {
  const { protocol, hostIp, hostPort, name } = wanted;
  return new PouchError(
    'PCH_PORT_IN_USE',
    `cannot publish port ${hostPort}/${protocol} of the container ${name} on ${hostIp}: in use by ${holder}`,
    {
      container: ownerOf(wanted),
      field: 'network.ports',
      hint: `stop what uses it, or choose another host port (${field('network.ports')})`,
    },
  );
}

function bindFailure(wanted: Wanted, error: unknown): PouchError {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'EADDRINUSE') return inUse(wanted, 'a process of the host');
  return new PouchError(
    'PCH_OPTION_INVALID',
    `cannot publish port ${wanted.hostPort}/${wanted.protocol} on ${wanted.hostIp}: ${code ?? String(error)}`,
    {
      container: ownerOf(wanted),
      field: 'network.ports',
      hint: 'publish on an address of the host (see `ip addr`)',
      cause: error,
    },
  );
}
