/** Binds the addresses of `listen`: Unix sockets for root and one group; TCP beyond loopback only with TLS. */
import { chmod, chown, mkdir, unlink } from 'node:fs/promises';
import { connect, isIPv4, type ListenOptions, type Server } from 'node:net';
import { dirname } from 'node:path';
import { messageOf, PouchError, type ListenFacts } from '../../../hooks/index.ts';
import { groupId } from './groupId.ts';

/** For root only, and for root and the group of `socketGroup`. */
const socketMode = 0o600;
const groupMode = 0o660;
const probeTimeout = 1_000;

/**
 * Listens on one address: `unix:///run/pouch/pouchd.sock` or `tcp://127.0.0.1:2376`. A socket of systemd stays as it is.
 * @param socketGroup name or number of the group that may use a Unix socket
 * @throws PCH_LISTEN when the address is invalid, in use, or cannot be bound
 */
export async function listenOn(server: Server, address: ListenFacts, socketGroup?: string): Promise<void> {
  const { url, fd } = address;
  if (fd !== undefined) return bind(server, { fd }, url);
  const path = unixPath(url);
  if (path === undefined) return bind(server, tcpOptions(address), url);
  const group = socketGroup === undefined ? undefined : await groupId(socketGroup);
  await mkdir(dirname(path), { recursive: true, mode: 0o711 });
  await removeStaleSocket(path, url);
  // Binds with the strict mode, so that nobody can connect before a chmod. Binding is synchronous.
  const umask = process.umask(0o777 & ~socketMode);
  const bound = bind(server, { path }, url);
  process.umask(umask);
  await bound;
  if (group === undefined) return;
  await chown(path, -1, group);
  await chmod(path, groupMode);
}

function unixPath(address: string): string | undefined {
  return address.startsWith('unix://') ? address.slice('unix://'.length) : undefined;
}

function tcpOptions({ url, tls }: ListenFacts): ListenOptions {
  const match = /^tcp:\/\/(?:\[([^\]]+)\]|([^:/]+)):(\d{1,5})$/.exec(url);
  const host = match?.[1] ?? match?.[2] ?? '';
  if (match && (tls || isLoopback(host))) return { host, port: Number(match[3]) };
  throw new PouchError(
    'PCH_LISTEN',
    `listen: expected unix:///PATH, tcp://127.0.0.1:PORT, or another TCP address with TLS, found "${url}"`,
    { hint: 'a client of the API has root access to this host; see docs/guides/remote-access.md' },
  );
}

function isLoopback(host: string): boolean {
  return host === '::1' || (isIPv4(host) && host.startsWith('127.'));
}

function bind(server: Server, options: ListenOptions | { fd: number }, address: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const failed = (error: Error): void => reject(bindError(error, address));
    server.once('error', failed);
    server.listen(options, () => {
      server.off('error', failed);
      resolve();
    });
  });
}

function bindError(error: Error, address: string): PouchError {
  return new PouchError('PCH_LISTEN', `cannot listen on ${address}: ${error.message}`, {
    hint: 'check whether another daemon uses the address, or change `listen`',
    cause: error,
  });
}

/** A socket file that refuses connections is a leftover of a killed daemon. */
async function removeStaleSocket(path: string, address: string): Promise<void> {
  if (await acceptsConnections(path)) throw bindError(new Error('another process serves it'), address);
  await unlink(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw bindError(new Error(messageOf(error)), address);
  });
}

function acceptsConnections(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = connect({ path });
    const settle = (alive: boolean) => (): void => {
      probe.destroy();
      resolve(alive);
    };
    probe.setTimeout(probeTimeout, settle(true));
    probe.once('connect', settle(true)).once('error', settle(false));
  });
}
