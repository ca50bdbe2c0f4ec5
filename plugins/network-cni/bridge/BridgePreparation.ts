import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import type { Logger } from '../../../hooks/index.ts';
import type { BridgeNetwork } from '../network.ts';
import { checkClashes, ownerMark } from './clash.ts';
import { ip, readHostNetwork, type HostLink, type HostNetwork } from './host.ts';
import { ensureRules, hasLoopbackGuard } from './rules.ts';

const forwardFile = '/proc/sys/net/ipv4/ip_forward';

/**
 * Ensures, once per process and network, that the bridge, its rules and IP forwarding are set up. They belong to the
 * host, not to a container: they remain after the last container is removed, until the network is purged. After a
 * failure the next call retries.
 */
export class BridgePreparation {
  readonly #log: Logger;
  readonly #prepared = new Map<string, { isDone: boolean; work: Promise<void> }>();

  constructor(log: Logger) {
    this.#log = log;
  }

  /** @throws PCH_NETWORK_CLASH, PCH_CNI_FAILED */
  ensure(network: BridgeNetwork): Promise<void> {
    const key = JSON.stringify(network);
    const known = this.#prepared.get(key);
    // An administrator may have deleted the bridge.
    if (known && (!known.isDone || existsSync(`/sys/class/net/${network.bridge}`))) return known.work;
    const preparing = { isDone: false, work: this.#prepare(network) };
    this.#prepared.set(key, preparing);
    preparing.work.then(
      () => (preparing.isDone = true),
      () => this.#prepared.delete(key),
    );
    return preparing.work;
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

  /** To be called when the bridge is removed. */
  forget(network: BridgeNetwork): void {
    this.#prepared.delete(JSON.stringify(network));
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
  const link = host.links.find(({ name }) => name === network.bridge);
  if (!link?.alias) await addBridge(network, link);
  if (network.apart) await addAddress(network, link);
}

async function addBridge({ bridge, mtu, owner }: BridgeNetwork, link: HostLink | undefined): Promise<void> {
  if (!link) {
    await ip(['link', 'add', 'name', bridge, ...(mtu > 0 ? ['mtu', String(mtu)] : []), 'type', 'bridge']);
  }
  await ip(['link', 'set', 'dev', bridge, 'alias', ownerMark(owner)]);
}

/** At once, so that the host has the route, and others see that the subnet is in use. */
async function addAddress(
  { bridge, gateway, subnet }: BridgeNetwork,
  link: HostLink | undefined,
): Promise<void> {
  const address = `${gateway}/${subnet.split('/')[1]}`;
  if (!link?.addresses.includes(address)) await ip(['address', 'add', address, 'dev', bridge]);
  await ip(['link', 'set', 'dev', bridge, 'up']);
}
