import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { isIPv4 } from 'node:net';
import { join } from 'node:path';
import { networkAttachments, type ContainerRecord } from '../../hooks/index.ts';
import type { CniResult } from './cni/types.ts';

/**
 * Finds a container's address in host-local's lease files: one per address, named by it, with the container's id and the
 * interface on two lines. It stands in for the result of an ADD that was cut off before it could be journaled; without
 * it the firewall plugin does not know which rules to remove.
 */
export async function resultFromLease(
  ipamDir: string,
  network: string,
  container: string,
): Promise<CniResult | undefined> {
  const directory = join(ipamDir, network);
  for (const name of (await readdir(directory).catch(() => [])).filter(isIPv4)) {
    const owner = await readFile(join(directory, name), 'utf8').catch(() => '');
    if (owner.split(/\r?\n/)[0] === container)
      return { cniVersion: '1.0.0', ips: [{ address: `${name}/32` }] };
  }
  return undefined;
}

/**
 * Brings the leases in line with the containers, after files were damaged or lost: an address that a container has is leased to
 * it, and a lease of no container is free. While a damaged container may have any address, none is freed.
 */
export async function settleLeases(directory: string, records: readonly ContainerRecord[]): Promise<void> {
  const owners = new Map(records.flatMap((record) => addressesOf(record).map((ip) => [ip, record.id])));
  const ids = new Set(records.map(({ id }) => id));
  const isCertain = records.every(({ damage }) => damage === undefined);
  for (const name of (await readdir(directory).catch(() => [])).filter(isIPv4)) {
    const path = join(directory, name);
    const owner = (await readFile(path, 'utf8').catch(() => '')).split(/\r?\n/)[0] ?? '';
    if (!ids.has(owner) && !owners.has(name) && isCertain) await rm(path, { force: true });
  }
  for (const [ip, id] of owners) {
    const path = join(directory, ip);
    const owner = (await readFile(path, 'utf8').catch(() => '')).split(/\r?\n/)[0];
    if (owner !== id) await writeFile(path, `${id}\r\neth0`, { mode: 0o644 });
  }
}

function addressesOf(record: ContainerRecord): string[] {
  return networkAttachments(record).flatMap(({ network, ip }) =>
    network === 'bridge' && ip !== undefined && isIPv4(ip) ? [ip] : [],
  );
}
