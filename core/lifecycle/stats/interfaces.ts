import { readFile } from 'node:fs/promises';
import type { InterfaceCounters } from '../../../hooks/stats.ts';
import type { NetworkNamespaces } from '../../netns/NetworkNamespaces.ts';

/** Counters of the interfaces in a process's network namespace; none if it has ended. */
export async function interfacesOf(pid: number): Promise<Record<string, InterfaceCounters>> {
  return parseNetDev(await readFile(`/proc/${pid}/net/dev`, 'utf8').catch(() => ''));
}

/**
 * Counters of the interfaces in the namespace of a virtual machine, whose processes the host does not see; none if it
 * has gone. Without kata's taps, which carry the same traffic once more (virtcontainers/network.go: tap0_kata).
 */
export async function interfacesIn(
  netns: NetworkNamespaces,
  path: string,
): Promise<Record<string, InterfaceCounters>> {
  const found = parseNetDev(await netns.counters(path).catch(() => ''));
  return Object.fromEntries(Object.entries(found).filter(([name]) => !name.endsWith('_kata')));
}

/** proc_net_dev(5), without the loopback. */
export function parseNetDev(text: string): Record<string, InterfaceCounters> {
  const lines = text.split('\n').map((line) => /^\s*(\S+):\s*(.*)$/.exec(line));
  return Object.fromEntries(
    lines.flatMap((line): [string, InterfaceCounters][] => {
      const [, name = 'lo', numbers = ''] = line ?? [];
      return name === 'lo' ? [] : [[name, counters(numbers.split(/\s+/).map(Number))]];
    }),
  );
}

/** Eight columns of what came in, eight of what went out. */
function counters(numbers: number[]): InterfaceCounters {
  const [rxBytes = 0, rxPackets = 0, rxErrors = 0, rxDropped = 0] = numbers;
  const [txBytes = 0, txPackets = 0, txErrors = 0, txDropped = 0] = numbers.slice(8);
  return { rxBytes, rxPackets, rxErrors, rxDropped, txBytes, txPackets, txErrors, txDropped };
}
