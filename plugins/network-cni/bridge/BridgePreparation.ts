import { readFile, writeFile } from 'node:fs/promises';
import type { Logger } from '../../../hooks/index.ts';
import type { BridgeNetwork } from '../network.ts';
import { checkClashes, ownerMark } from './clash.ts';
import { ip, readHostNetwork, type HostNetwork } from './host.ts';
import { ensureRules, hasLoopbackGuard } from './rules.ts';

const forwardFile = '/proc/sys/net/ipv4/ip_forward';

/**
 * Makes sure, once per process and network, that the bridge, its rules and IP forwarding are there. They are the host's,
 * not a container's: they stay when the last container is gone, until the network is purged. A failure is tried again
 * at the next call.
 */
export class BridgePreparation {
  readonly #log: Logger;
  readonly #prepared = new Map<string, Promise<void>>();

  constructor(log: Logger) {
    this.#log = log;
  }

  /** @throws PCH_NETWORK_CLASH, PCH_CNI_FAILED */
  ensure(network: BridgeNetwork): Promise<void> {
    const key = JSON.stringify(network);
    const known = this.#prepared.get(key);
    if (known) return known;
    const started = this.#prepare(network);
    this.#prepared.set(key, started);
    started.catch(() => this.#prepared.delete(key));
    return started;
  }

  /**
   * The same for a container that publishes ports, and looks once more: a firewall that was flushed or reloaded since has
   * taken the rules that keep containers away from the host's loopback.
   * @throws PCH_NETWORK_CLASH, PCH_CNI_FAILED
   */
  async ensureGuarded(network: BridgeNetwork): Promise<void> {
    await this.ensure(network);
    if (await hasLoopbackGuard(network.bridge)) return;
    await ensureRules(network);
    this.#log.warn(`the packet filter rules of the bridge ${network.bridge} were gone and are set again`);
  }

  async #prepare(network: BridgeNetwork): Promise<void> {
    const host = await readHostNetwork();
    checkClashes(network, host);
    await ensureBridge(network, host);
    await Promise.all([ensureRules(network), this.#forward()]);
  }

  async #forward(): Promise<void> {
    if ((await readFile(forwardFile, 'utf8')).trim() === '1') return;
    await writeFile(forwardFile, '1');
    this.#log.info('net.ipv4.ip_forward was off and is on now: containers on a bridge need it');
  }
}

/** The bridge plugin would make it, but without the mark of its owner. */
async function ensureBridge(network: BridgeNetwork, host: HostNetwork): Promise<void> {
  const { bridge, mtu } = network;
  const link = host.links.find(({ name }) => name === bridge);
  if (link?.alias) return;
  if (!link) {
    await ip(['link', 'add', 'name', bridge, ...(mtu > 0 ? ['mtu', String(mtu)] : []), 'type', 'bridge']);
  }
  await ip(['link', 'set', 'dev', bridge, 'alias', ownerMark(network.owner)]);
}
