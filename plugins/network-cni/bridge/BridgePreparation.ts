import { readFile, writeFile } from 'node:fs/promises';
import type { Logger } from '../../../hooks/index.ts';
import type { BridgeNetwork } from '../network.ts';
import { checkClashes, ownerMark } from './clash.ts';
import { ip, readHostNetwork, type HostNetwork } from './host.ts';
import { ensureRules, hasLoopbackGuard } from './rules.ts';

const forwardFile = '/proc/sys/net/ipv4/ip_forward';

/**
 * Ensures, once per process and network, that the bridge, its rules and IP forwarding are set up. They belong to the
 * host, not to a container: they remain after the last container is removed, until the network is purged. After a
 * failure the next call retries.
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
   * The same for a container that publishes ports. Checks the rules that protect the host's loopback again: a
   * firewall that was flushed or reloaded has removed them.
   * @throws PCH_NETWORK_CLASH, PCH_CNI_FAILED
   */
  async ensureGuarded(network: BridgeNetwork): Promise<void> {
    await this.ensure(network);
    if (await hasLoopbackGuard(network.bridge)) return;
    await ensureRules(network);
    this.#log.warn(`restored missing packet filter rules of the bridge ${network.bridge}`);
  }

  /**
   * Rejects as `ensure` would where the host has something in the way, and sets nothing up.
   * @throws PCH_NETWORK_CLASH
   */
  async check(network: BridgeNetwork): Promise<void> {
    if (this.#prepared.has(JSON.stringify(network))) return;
    checkClashes(network, await readHostNetwork());
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
    this.#log.info('enabled net.ipv4.ip_forward, which containers on a bridge need');
  }
}

/** The CNI bridge plugin would create it without the mark of its owner. */
async function ensureBridge(network: BridgeNetwork, host: HostNetwork): Promise<void> {
  const { bridge, mtu } = network;
  const link = host.links.find(({ name }) => name === bridge);
  if (link?.alias) return;
  if (!link) {
    await ip(['link', 'add', 'name', bridge, ...(mtu > 0 ? ['mtu', String(mtu)] : []), 'type', 'bridge']);
  }
  await ip(['link', 'set', 'dev', bridge, 'alias', ownerMark(network.owner)]);
}
