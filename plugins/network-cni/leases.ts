import { readdir, readFile } from 'node:fs/promises';
import { isIPv4 } from 'node:net';
import { join } from 'node:path';
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
