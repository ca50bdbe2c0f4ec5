import { existsSync } from 'node:fs';

/** Entries of the directory that are not interfaces. */
const others: ReadonlySet<string> = new Set(['all', 'default', '.', '..']);

/**
 * Whether this network namespace has an interface. The kernel resolves `/proc/sys/net` by the reader's namespace;
 * `/sys/class/net` shows the namespace in which it was mounted, which is another one where the daemon itself runs in a
 * namespace (sysfs(5), proc(5)).
 */
export function hasInterface(name: string): boolean {
  return !others.has(name) && existsSync(`/proc/sys/net/ipv4/conf/${name}`);
}
