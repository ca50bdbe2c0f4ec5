import { field, PouchError, type NetworkAttachment, type PortRequest } from '../../../hooks/index.ts';
import { tryBind } from './bind.ts';
import { readForwardedPorts, type ForwardedPort } from './forwarded.ts';

/** A published port with its assigned host port. */
export type PublishedPort = NetworkAttachment['ports'][number];

/** The container that requests the ports. */
export interface Claimant {
  /** The container's id. */
  container: string;
  name: string;
}

/** The container that holds a port, in any network. */
type HeldPort = Omit<ForwardedPort, 'network'>;

interface Claim extends HeldPort {
  name: string;
}

const anyAddress = '0.0.0.0';
/** A port that the kernel picks is refused only if a container already has it, so few attempts suffice. */
const attempts = 50;

/**
 * Host ports that this process has assigned to containers. A port is free if three sources agree: this table
 * (attachments in progress), portmap's rules (running containers of any engine), and the kernel by bind(2) (other
 * processes).
 */
export class PortClaims {
  readonly #claims = new Set<Claim>();
  readonly #forwarded: () => Promise<HeldPort[]>;

  constructor(forwarded: () => Promise<HeldPort[]> = readForwardedPorts) {
    this.#forwarded = forwarded;
  }

  /**
   * Claims all ports or none. A host port of 0 or undefined is replaced by a free port.
   * @throws PCH_PORT_IN_USE
   */
  async claim(claimant: Claimant, ports: PortRequest[]): Promise<PublishedPort[]> {
    if (ports.length === 0) return [];
    const forwarded = (await this.#forwarded()).filter(({ container }) => container !== claimant.container);
    try {
      const published: PublishedPort[] = [];
      for (const port of ports) published.push(await this.#claimOne(claimant, port, forwarded));
      return published;
    } catch (error) {
      this.release(claimant.container);
      throw error;
    }
  }

  /** Releases all ports of a container. */
  release(container: string): void {
    for (const claim of this.#claims) if (claim.container === container) this.#claims.delete(claim);
  }

  async #claimOne(claimant: Claimant, port: PortRequest, forwarded: HeldPort[]): Promise<PublishedPort> {
    const hostIp = port.hostIp || anyAddress;
    const hostPort = port.hostPort
      ? await this.#claimFixed(claimant, port.protocol, hostIp, port.hostPort, forwarded)
      : await this.#claimFree(claimant, port.protocol, hostIp, forwarded);
    return { containerPort: port.containerPort, protocol: port.protocol, hostIp, hostPort };
  }

  async #claimFixed(
    claimant: Claimant,
    protocol: string,
    hostIp: string,
    hostPort: number,
    forwarded: HeldPort[],
  ): Promise<number> {
    const wanted = { protocol, hostIp, hostPort, ...claimant };
    const holder = this.#holderOf(wanted, forwarded);
    if (holder) throw inUse(wanted, `the container ${nameOf(holder)}`);
    this.#claims.add(wanted);
    await tryBind(protocol, hostIp, hostPort).catch((error: unknown) => {
      throw bindFailure(wanted, error);
    });
    return hostPort;
  }

  async #claimFree(
    claimant: Claimant,
    protocol: string,
    hostIp: string,
    forwarded: HeldPort[],
  ): Promise<number> {
    for (let attempt = 0; attempt < attempts; attempt++) {
      const hostPort = await tryBind(protocol, hostIp, 0).catch((error: unknown) => {
        throw bindFailure({ protocol, hostIp, hostPort: 0, ...claimant }, error);
      });
      const wanted = { protocol, hostIp, hostPort, ...claimant };
      if (this.#holderOf(wanted, forwarded)) continue;
      this.#claims.add(wanted);
      return hostPort;
    }
    throw new PouchError('PCH_PORT_IN_USE', `no free ${protocol} port was found on ${hostIp}`, {
      container: claimant.container,
      field: 'network.ports',
      hint: `specify a host port (${field('network.ports')}) or free some of /proc/sys/net/ipv4/ip_local_port_range`,
    });
  }

  #holderOf(wanted: HeldPort, forwarded: HeldPort[]): HeldPort | undefined {
    return [...this.#claims, ...forwarded].find((other) => samePort(wanted, other));
  }
}

function samePort(a: HeldPort, b: HeldPort): boolean {
  if (a.protocol !== b.protocol || a.hostPort !== b.hostPort) return false;
  return a.hostIp === b.hostIp || isAny(a.hostIp) || isAny(b.hostIp);
}

function isAny(address: string): boolean {
  return address === '' || address === anyAddress || address === '::';
}

function nameOf(holder: HeldPort & { name?: string }): string {
  return holder.name ?? (holder.container.slice(0, 12) || 'of another network');
}

function inUse(wanted: Claim, holder: string): PouchError {
  const { protocol, hostIp, hostPort, name } = wanted;
  return new PouchError(
    'PCH_PORT_IN_USE',
    `cannot publish port ${hostPort}/${protocol} of the container ${name} on ${hostIp}: in use by ${holder}`,
    {
      container: wanted.container,
      field: 'network.ports',
      hint: `stop what uses it, or choose another host port (${field('network.ports')})`,
    },
  );
}

function bindFailure(wanted: Claim, error: unknown): PouchError {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'EADDRINUSE') return inUse(wanted, 'a process of the host');
  return new PouchError(
    'PCH_OPTION_INVALID',
    `cannot publish port ${wanted.hostPort}/${wanted.protocol} on ${wanted.hostIp}: ${code ?? String(error)}`,
    {
      container: wanted.container,
      field: 'network.ports',
      hint: 'publish on an address of the host (see `ip addr`)',
      cause: error,
    },
  );
}
