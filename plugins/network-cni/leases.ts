import { existsSync } from 'node:fs';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { isIPv4 } from 'node:net';
import { join } from 'node:path';
import { invalidField, networkAttachments, type ContainerRecord } from '../../hooks/index.ts';
import type { CniResult } from './cni/types.ts';

/**
 * Finds a container's address in host-local's lease files: each is named after an address, and contains the
 * container's id and the interface on two lines. The address replaces the result of an ADD that was interrupted
 * before it was journaled; the firewall plugin needs it to find the rules to remove.
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

/** @throws PCH_OPTION_INVALID for an address that another container has */
export async function checkUnleased(directory: string, ip: string, container: string): Promise<void> {
  const owner = await ownerOf(join(directory, ip));
  if (owner === '' || owner === container) return;
  throw invalidField(
    'network.ip',
    `the address ${ip} is in use by the container ${owner.slice(0, 12)}`,
    'choose another address, or leave it out',
  );
}

/**
 * Repairs the leases after files were damaged or lost: leases an address to the container that uses it, and frees
 * leases without a container. Frees none while a damaged container may have any address. The address of a container
 * that has exited is freed by the clean-up of that container, which may run at the same time.
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

/** Returns the container’s id; empty without a lease. */
async function ownerOf(path: string): Promise<string> {
  return (await readFile(path, 'utf8').catch(() => '')).split(/\r?\n/)[0] ?? '';
}

/** Whether its init still exists: a daemon that has just started learns of exits that it missed a moment later. */
function isAlive({ state }: ContainerRecord): boolean {
  return state.pid > 0 && existsSync(`/proc/${state.pid}`);
}

function addressesOf(record: ContainerRecord): string[] {
  return networkAttachments(record).flatMap(({ network, ip }) =>
    network === 'bridge' && ip !== undefined && isIPv4(ip) ? [ip] : [],
  );
}
