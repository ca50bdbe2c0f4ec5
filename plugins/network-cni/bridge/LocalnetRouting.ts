import { readFileSync, writeFileSync } from 'node:fs';
import { isIPv4 } from 'node:net';
import { readForwardedPorts, type ForwardedPort } from '../ports/forwarded.ts';

/** Kernel: Documentation/networking/ip-sysctl.rst, route_localnet. */
const settingOf = (link: string): string => `/proc/sys/net/ipv4/conf/${link}/route_localnet`;

/**
 * Keeps `route_localnet` of a bridge on only while a container publishes a port on a loopback address of the host;
 * otherwise the bridge has the value that the kernel gives new interfaces.
 *
 * CNI's portmap switches it on for every published port and never off again. Ports that an earlier process has published
 * are found in portmap's rules, so nothing has to be remembered across a kill of the daemon.
 */
export class LocalnetRouting {
  readonly #forwarded: () => Promise<ForwardedPort[]>;
  /** The containers of this process that need it, by bridge. */
  readonly #holders = new Map<string, Set<string>>();

  constructor(forwarded = readForwardedPorts) {
    this.#forwarded = forwarded;
  }

  /** Keeps it on for a container whose ports are about to be forwarded, if one of them is on loopback. */
  hold(bridge: string, container: string, ports: { hostIp: string }[]): void {
    if (!ports.some(({ hostIp }) => includesLoopback(hostIp))) return;
    const holders = this.#holders.get(bridge) ?? new Set();
    this.#holders.set(bridge, holders.add(container));
  }

  /** Call it when the ports of a container are not forwarded any more. */
  async release(bridge: string, container: string): Promise<void> {
    this.#holders.get(bridge)?.delete(container);
    await this.settle(bridge);
  }

  /** Sets it to what the published ports need now. */
  async settle(bridge: string): Promise<void> {
    const isForwarded = this.#isHeld(bridge) || (await this.#isForwarded(bridge));
    // Checked again, and without a pause before the change: another container may be attaching meanwhile.
    set(bridge, isForwarded || this.#isHeld(bridge));
  }

  #isHeld(bridge: string): boolean {
    return (this.#holders.get(bridge)?.size ?? 0) > 0;
  }

  async #isForwarded(bridge: string): Promise<boolean> {
    const ports = await this.#forwarded();
    return ports.some(({ network, hostIp }) => network === bridge && includesLoopback(hostIp));
  }
}

/** An empty address is every address of the host. */
function includesLoopback(hostIp: string): boolean {
  return hostIp === '' || hostIp === '0.0.0.0' || (isIPv4(hostIp) && hostIp.startsWith('127.'));
}

function set(bridge: string, needed: boolean): void {
  try {
    const value = needed ? '1' : read('default');
    if (read(bridge) !== value) writeFileSync(settingOf(bridge), value);
  } catch (error) {
    // The bridge is gone, and its setting with it.
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}

function read(link: string): string {
  return readFileSync(settingOf(link), 'utf8').trim();
}
