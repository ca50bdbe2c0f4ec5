import { existsSync } from 'node:fs';
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
 * Brings the leases in line with the containers, after files were damaged or lost: an address that a container uses is leased to
 * it, and a lease of no container is free. While a damaged container may have any address, none is freed. The address of a
 * container that has ended is left to the clean-up of that container, which may run at the same time.
 */
export async function settleLeases(directory: string, records: readonly ContainerRecord[]): Promise<void> {
  const known = new Set(records.flatMap((record) => [record.id, ...addressesOf(record)]));
  const isCertain = records.every(({ damage }) => damage === undefined);
  for (const name of (await readdir(directory).catch(() => [])).filter(isIPv4)) {
    const path = join(directory, name);
    if (isCertain && !known.has(await ownerOf(path)) && !known.has(name)) await rm(path, { force: true });
  }
  for (const record of records.filter(isAlive))
    for (const ip of addressesOf(record)) {
      const path = join(directory, ip);
      if ((await ownerOf(path)) !== record.id) await writeFile(path, `${record.id}\r\neth0`, { mode: 0o644 });
    }
}

/** The container's id; empty if there is no lease. */
async function ownerOf(path: string): Promise<string> {
  return (await readFile(path, 'utf8').catch(() => '')).split(/\r?\n/)[0] ?? '';
}

/** Its init still exists: a daemon that has just started learns of ends that it missed a moment later. */
function isAlive({ state }: ContainerRecord): boolean {
  return state.pid > 0 && existsSync(`/proc/${state.pid}`);
}

function addressesOf(record: ContainerRecord): string[] {
  return networkAttachments(record).flatMap(({ network, ip }) =>
    network === 'bridge' && ip !== undefined && isIPv4(ip) ? [ip] : [],
  );
}
