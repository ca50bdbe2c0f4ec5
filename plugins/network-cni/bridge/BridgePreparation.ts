import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { hasInterface, type Logger, PouchError } from '../../../hooks/index.ts';
import type { BridgeNetwork } from '../network.ts';
import { bridgeAddresses, checkClashes, ownerMark } from './clash.ts';
import { ip, readHostNetwork, type HostLink, type HostNetwork } from './host.ts';
import { ensureRules, hasLoopbackGuard } from './rules.ts';

/** By the number of the family. */
const forwarding = {
  4: { file: '/proc/sys/net/ipv4/ip_forward', name: 'net.ipv4.ip_forward' },
  6: { file: '/proc/sys/net/ipv6/conf/all/forwarding', name: 'net.ipv6.conf.all.forwarding' },
} as const;

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
    if (known && (!known.isDone || hasInterface(network.bridge))) return known.work;
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
    await Promise.all([
      ensureRules(network),
      this.#forward(forwarding[4]),
      ...(network.ipv6 ? [this.#forward(forwarding[6])] : []),
    ]);
  }

  async #forward({ file, name }: { file: string; name: string }): Promise<void> {
    if ((await readFile(file, 'utf8')).trim() === '1') return;
    await writeFile(file, '1');
    this.#log.info(`enabled ${name}, which containers on a bridge need`);
  }
}

/** The CNI bridge plugin would create it without the mark of its owner. */
async function ensureBridge(network: BridgeNetwork, host: HostNetwork): Promise<void> {
  const link = host.links.find(({ name }) => name === network.bridge);
  if (!link?.alias) await addBridge(network, link);
  if (network.apart) await addAddresses(network, link);
}

async function addBridge({ bridge, mtu, owner }: BridgeNetwork, link: HostLink | undefined): Promise<void> {
  if (!link) {
    await ip(['link', 'add', 'name', bridge, ...(mtu > 0 ? ['mtu', String(mtu)] : []), 'type', 'bridge']);
  }
  await ip(['link', 'set', 'dev', bridge, 'alias', ownerMark(owner)]);
}

/** At once, so that the host has the route, and others see that the subnets are in use. */
async function addAddresses(network: BridgeNetwork, link: HostLink | undefined): Promise<void> {
  const { bridge, ipv6 } = network;
  if (ipv6) await prepareIPv6(bridge);
  for (const address of bridgeAddresses(network)) {
    // No host responds for it: the detection of duplicates would wait for the first container.
    const flags = address.includes(':') ? ['nodad'] : [];
    if (!link?.addresses.includes(address)) await ip(['address', 'add', address, 'dev', bridge, ...flags]);
  }
  await ip(['link', 'set', 'dev', bridge, 'up']);
}

/** Containers must not give the host addresses and routes (CVE-2020-13401). @throws PCH_NOT_SUPPORTED */
async function prepareIPv6(bridge: string): Promise<void> {
  const setting = (name: string) => `/proc/sys/net/ipv6/conf/${bridge}/${name}`;
  if (!existsSync(setting('accept_ra')))
    throw new PouchError('PCH_NOT_SUPPORTED', 'the kernel of this host has no IPv6', {
      hint: 'boot it without ipv6.disable=1, or create the network without IPv6',
    });
  await writeFile(setting('disable_ipv6'), '0');
  await writeFile(setting('accept_ra'), '0');
}
