import { readFileSync, readlinkSync } from 'node:fs';
import { messageOf } from '../../hooks/errors.ts';

/** SD_LISTEN_FDS_START of sd_listen_fds(3). */
const firstDescriptor = 3;
/** A unit has one per address. */
const mostSockets = 64;
const variables = ['LISTEN_PID', 'LISTEN_FDS', 'LISTEN_FDNAMES'];

/** A socket that systemd listens on for the daemon (systemd.socket(5)). */
export interface InheritedSocket {
  fd: number;
  /** Like those of `listen`; undefined for one that is not a Unix socket in the file system. */
  url?: string;
}

/**
 * Returns the sockets that systemd has passed to this process, and removes the variables that say so, which programs
 * that it starts would take for theirs.
 */
export function inheritedSockets(env: NodeJS.ProcessEnv = process.env): InheritedSocket[] {
  const isMeant = env['LISTEN_PID'] === String(process.pid);
  const count = Number(env['LISTEN_FDS']);
  for (const name of variables) Reflect.deleteProperty(env, name);
  if (!isMeant || !Number.isInteger(count) || count < 1) return [];
  return Array.from({ length: Math.min(count, mostSockets) }, (_, n) => {
    const fd = firstDescriptor + n;
    const path = pathOf(fd);
    return { fd, ...(path !== undefined && { url: `unix://${path}` }) };
  });
}

/** The kernel lists Unix sockets by inode, with their paths last (proc(5)). */
function pathOf(fd: number): string | undefined {
  const inode = /^socket:\[(\d+)\]$/.exec(target(fd))?.[1];
  if (inode === undefined) return undefined;
  const line = readFileSync('/proc/self/net/unix', 'utf8')
    .split('\n')
    .find((text) => text.trim().split(/\s+/)[6] === inode);
  return line === undefined ? undefined : /\s\d+ (\/.*)$/.exec(line)?.[1];
}

function target(fd: number): string {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`);
  } catch (error) {
    return messageOf(error);
  }
}
