import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { isIP, isIPv4 } from 'node:net';
import { basename, join } from 'node:path';
import { invalidField, networkAttachments, PouchError, type ContainerRecord } from '../../hooks/index.ts';
import { addressesAfter, addressIn, parseCidr, partsOf } from './cidr.ts';
import type { CniResult } from './cni/types.ts';
import { linkNetworkName } from './links/network.ts';

/**
 * Finds a container's addresses in host-local's lease files: each is named after an address, and contains the
 * container's id and the interface on two lines. The addresses replace the result of an ADD that was interrupted
 * before it was journaled; the firewall plugin needs it to find the rules to remove.
 */
export async function resultFromLease(
  ipamDir: string,
  network: string,
  container: string,
): Promise<CniResult | undefined> {
  const directory = join(ipamDir, network);
  const ips: { address: string }[] = [];
  for (const name of await leases(directory)) {
    const owner = await readFile(join(directory, name), 'utf8').catch(() => '');
    if (owner.split(/\r?\n/)[0] === container) ips.push({ address: `${name}/${isIPv4(name) ? 32 : 128}` });
  }
  return ips.length > 0 ? { cniVersion: '1.0.0', ips } : undefined;
}

/** @throws PCH_OPTION_INVALID for an address that another container has */
export async function checkUnleased(directory: string, ip: string, container: string): Promise<void> {
  const owner = await ownerOf(join(directory, ip));
  if (owner === '' || owner === container) return;
  throw invalidField(
    isIPv4(ip) ? 'network.ip' : 'network.ip6',
    `the address ${ip} is in use by the container ${owner.slice(0, 12)}`,
    'choose another address, or leave it out',
  );
}

/** Limits of the addresses that a network gives, beside its subnet. */
export interface AddressLimits {
  gateway?: string | undefined;
  ipRange?: string | undefined;
  /** Addresses that no container gets. */
  reserved?: readonly string[] | undefined;
}

/**
 * Leases an address to a container that keeps it: the one that it has, or else the given one, or else the next free
 * one. A file of that name is a lease for host-local, too.
 * @throws PCH_ADDRESS_TAKEN
 */
export async function holdAddress(
  directory: string,
  subnet: string,
  { container, ip, ...limits }: { container: string; ip?: string | undefined } & AddressLimits,
): Promise<string> {
  await mkdir(directory, { recursive: true });
  const held = await leasedTo(directory, { container, subnet });
  if (held !== undefined && (ip === undefined || ip === held)) return held;
  if (ip === undefined) return await nextAddress(directory, { subnet, ...limits }, container);
  if (await lease(directory, ip, container)) return ip;
  throw taken(ip, await ownerOf(join(directory, ip)), container);
}

/** Frees the addresses of a container. */
export async function freeAddresses(directory: string, container: string): Promise<void> {
  for (const name of await leases(directory)) await freeAddress(join(directory, name), container);
}

/** Removes a lease, unless it is that of another container. */
export async function freeAddress(lease: string, container: string): Promise<void> {
  if ((await ownerOf(lease)) === container) await rm(lease, { force: true });
}

/** The order is host-local's: an address that has just been freed comes last. */
async function nextAddress(
  directory: string,
  { subnet, gateway, ipRange, reserved = [] }: AddressLimits & { subnet: string },
  container: string,
): Promise<string> {
  const isFree = (ip: string) => ip !== gateway && !reserved.includes(ip);
  // By the number of a set of ranges: that of IPv6 is the second.
  const lastFile = join(directory, `last_reserved_ip.${subnet.includes(':') ? 1 : 0}`);
  const last = (await readFile(lastFile, 'utf8').catch(() => '')).trim();
  for (const ip of addressesOf({ last, subnet, ipRange }))
    if (isFree(ip) && (await lease(directory, ip, container))) {
      await writeFile(lastFile, ip);
      return ip;
    }
  throw new PouchError('PCH_ADDRESS_TAKEN', `expected a free address of ${subnet}, found none`, {
    container,
    hint: 'remove rich containers that are not needed, which keep theirs while they are stopped, or set a larger network.subnet',
  });
}

function* addressesOf({
  last,
  subnet,
  ipRange,
}: {
  last: string;
  subnet: string;
  ipRange: string | undefined;
}): Generator<string> {
  if (ipRange === undefined) {
    yield* addressesAfter(last, subnet);
    return;
  }
  const [{ rangeStart, rangeEnd } = { rangeStart: '', rangeEnd: '' }] = partsOf(subnet, ipRange, []);
  const [first, end] = [parseCidr(rangeStart)!, parseCidr(rangeEnd)!];
  const count = end.base - first.base + 1n;
  const before = parseCidr(last);
  const offset = before?.family === first.family ? before.base - first.base + 1n : 0n;
  const start = offset < 0n || offset > count ? 0n : offset;
  for (let n = 0n; n < count; n++) yield addressIn(first, (start + n) % count);
}

/** Whether the address is the container's now. */
async function lease(directory: string, ip: string, container: string): Promise<boolean> {
  const isNew = await writeFile(join(directory, ip), `${container}\r\neth0`, {
    flag: 'wx',
    mode: 0o644,
  }).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
      return false;
    },
  );
  return isNew || (await ownerOf(join(directory, ip))) === container;
}

/** In the family of the subnet. */
async function leasedTo(
  directory: string,
  { container, subnet }: { container: string; subnet: string },
): Promise<string | undefined> {
  const version = subnet.includes(':') ? 6 : 4;
  for (const name of await leases(directory))
    if (isIP(name) === version && (await ownerOf(join(directory, name))) === container) return name;
  return undefined;
}

async function leases(directory: string): Promise<string[]> {
  return (await readdir(directory).catch(() => [])).filter((name) => isIP(name) !== 0);
}

function taken(ip: string, owner: string, container: string): PouchError {
  const who = owner === '' ? 'another container' : `the container ${owner.slice(0, 12)}`;
  return new PouchError(
    'PCH_ADDRESS_TAKEN',
    `expected ${ip}, the address that this container keeps, to be free; found it leased to ${who}`,
    { container, hint: `stop ${who}: a plain container gets another address at its next start` },
  );
}

/** Repairs the leases of every network under a directory. */
export async function settleAllLeases(ipamDir: string, records: readonly ContainerRecord[]): Promise<void> {
  const networks = await readdir(ipamDir).catch(() => []);
  for (const name of networks) await settleLeases(join(ipamDir, name), records);
}

/**
 * Repairs the leases after files were damaged or lost: leases an address to the container that uses it, and frees
 * leases without a container. Frees none while a damaged container may have any address. The address of a container
 * that has exited is freed by the clean-up of that container, which may run at the same time.
 */
export async function settleLeases(directory: string, records: readonly ContainerRecord[]): Promise<void> {
  const bridge = basename(directory);
  const known = new Set(
    records.flatMap((record) => [record.id, ...attachedTo(record, bridge).map(({ ip }) => ip)]),
  );
  const isCertain = records.every(({ damage }) => damage === undefined);
  for (const name of await leases(directory)) {
    const path = join(directory, name);
    if (isCertain && !known.has(await ownerOf(path)) && !known.has(name)) await rm(path, { force: true });
  }
  for (const record of records.filter(isAlive))
    for (const { ip, interface: name } of attachedTo(record, bridge)) {
      const path = join(directory, ip);
      if ((await ownerOf(path)) !== record.id)
        await writeFile(path, `${record.id}\r\n${name}`, { mode: 0o644 });
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

function attachedTo(record: ContainerRecord, bridge: string): { ip: string; interface: string }[] {
  return networkAttachments(record).flatMap(({ network, ip, ip6, interface: name, cni }) => {
    const bridges = ((cni as CniResult | undefined)?.interfaces ?? []).map((one) => one.name);
    const isOn =
      bridge === linkNetworkName(network) ||
      (bridges.length > 0 ? bridges.includes(bridge) : network === 'bridge');
    const addresses = [ip, ip6].filter((one) => one !== undefined && isIP(one) !== 0);
    return isOn ? addresses.map((one) => ({ ip: one!, interface: name })) : [];
  });
}
