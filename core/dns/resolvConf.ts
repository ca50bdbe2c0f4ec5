/** /etc/resolv.conf of containers in which the resolver listens (resolv.conf(5)). */
import { isIP } from 'node:net';
import { resolverAddress } from './protocol.ts';

const loopback = /^(127\.|::1$)/;

/** The file that a container would have without the resolver, with the resolver as its only name server. */
export function withResolver(text: string): string {
  const lines = text.split('\n').map((line) => line.trim());
  const kept = lines.filter((line) => /^(search|domain)\s/.test(line));
  const options = lines.flatMap((line) => /^options\s+(.*)$/.exec(line)?.[1]?.split(/\s+/) ?? []);
  // As with Docker: a name without dots is asked for as it is, before domains are searched.
  if (!options.some((one) => one.startsWith('ndots:'))) options.push('ndots:0');
  return [...kept, `nameserver ${resolverAddress}`, `options ${options.join(' ')}`, ''].join('\n');
}

/** The name servers of a file, in its order. */
export function nameServersIn(text: string): string[] {
  const servers = text.split('\n').flatMap((line) => /^\s*nameserver\s+(\S+)/.exec(line)?.[1] ?? []);
  return servers.filter((server) => isIP(server) !== 0 && !server.includes('%'));
}

/** Those on the host's loopback, which only the host reaches. */
export function loopbackServersIn(text: string): string[] {
  return nameServersIn(text).filter((server) => loopback.test(server));
}
