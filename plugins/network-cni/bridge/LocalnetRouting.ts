import { readFileSync, writeFileSync } from 'node:fs';
import { isIPv4 } from 'node:net';
import { readForwardedPorts, type ForwardedPort } from '../ports/forwarded.ts';

/** Kernel: Documentation/networking/ip-sysctl.rst, route_localnet. */
const settingOf = (link: string): string => `/proc/sys/net/ipv4/conf/${link}/route_localnet`;

/**
 * Enables `route_localnet` of a bridge only while a container publishes a port on a loopback address of the host;
 * otherwise resets it to the kernel's default for new interfaces.
 *
 * CNI's portmap enables it for every published port and never disables it. Ports that an earlier process published
 * are read from portmap's rules, so no state is kept across a kill of the daemon.
 */
export class LocalnetRouting {
  readonly #forwarded: () => Promise<ForwardedPort[]>;
  /** Containers of this process that need the setting, by bridge. */
  readonly #holders = new Map<string, Set<string>>();

  constructor(forwarded = readForwardedPorts) {
    this.#forwarded = forwarded;
  }

  /** Keeps the setting enabled for a container whose ports are about to be forwarded, if one of them is on loopback. */
  hold(bridge: string, container: string, ports: { hostIp: string }[]): void {
    if (!ports.some(({ hostIp }) => includesLoopback(hostIp))) return;
    const holders = this.#holders.get(bridge) ?? new Set();
    this.#holders.set(bridge, holders.add(container));
  }

  /** To be called when the ports of a container are no longer forwarded. */
  async release(bridge: string, container: string): Promise<void> {
    this.#holders.get(bridge)?.delete(container);
    await this.settle(bridge);
  }

  /** Sets the value that the published ports need now. */
  async settle(bridge: string): Promise<void> {
    const isForwarded = this.#isHeld(bridge) || (await this.#isForwarded(bridge));
    // Checked again, without an await before the change: another container may have started to attach.
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

/** An empty address means every address of the host. */
function includesLoopback(hostIp: string): boolean {
  return hostIp === '' || hostIp === '0.0.0.0' || (isIPv4(hostIp) && hostIp.startsWith('127.'));
}

function set(bridge: string, needed: boolean): void {
  try {
    const value = needed ? '1' : read('default');
    if (read(bridge) !== value) writeFileSync(settingOf(bridge), value);
  } catch (error) {
    // The bridge no longer exists.
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}

function read(link: string): string {
  return readFileSync(settingOf(link), 'utf8').trim();
}
