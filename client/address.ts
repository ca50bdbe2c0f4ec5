import { ClientError } from './errors.ts';
import type { SshTarget } from './SshConnection.ts';

/** The daemon's address when neither -H nor POUCH_HOST is set. */
export const defaultHost = 'unix:///run/pouch/pouchd.sock';

/** A parsed daemon address. */
export interface Address {
  /** As messages print it. */
  readonly text: string;
  readonly connect: { socketPath: string } | { host: string; port: number } | { ssh: SshTarget };
  /** The scheme is `https://`. */
  readonly wantsTls: boolean;
}

const ssh =
  /^ssh:\/\/(?:(?<user>[A-Za-z0-9_][A-Za-z0-9_.-]*)@)?(?<host>[A-Za-z0-9][A-Za-z0-9._-]*|\[[0-9A-Fa-f:.]+\])(?::(?<port>\d{1,5}))?(?<socket>(?:\/[A-Za-z0-9._-]+)*)\/?$/;

/**
 * Parses `unix:///PATH`, a bare absolute path, `tcp://HOST:PORT`, `https://HOST:PORT` or `ssh://[USER@]HOST[:PORT][/SOCKET]`.
 * @throws ClientError PCH_OPTION_INVALID
 */
export function parseAddress(text: string): Address {
  const path = text.startsWith('unix://') ? text.slice('unix://'.length) : text;
  if (path.startsWith('/')) return { text: `unix://${path}`, connect: { socketPath: path }, wantsTls: false };
  const tcp = /^(?<scheme>tcp|https?):\/\/(?<host>[^:/[\]]+|\[[0-9a-fA-F:]+\]):(?<port>\d{1,5})\/?$/.exec(
    text,
  )?.groups;
  const port = Number(tcp?.['port']);
  if (tcp?.['host'] && port > 0 && port < 65536) {
    return {
      text: `tcp://${tcp['host']}:${port}`,
      connect: { host: tcp['host'].replace(/[[\]]/g, ''), port },
      wantsTls: tcp['scheme'] === 'https',
    };
  }
  const target = sshTarget(text);
  if (target) return { text, connect: { ssh: target }, wantsTls: false };
  throw new ClientError('PCH_OPTION_INVALID', `invalid daemon address "${text}"`, {
    hint: 'use unix:///PATH/TO/SOCKET, tcp://ADDRESS:PORT, https://ADDRESS:PORT or ssh://[USER@]HOST[:PORT] (-H or POUCH_HOST)',
  });
}

function sshTarget(text: string): SshTarget | undefined {
  const { host, user, port, socket } = ssh.exec(text)?.groups ?? {};
  const isPort = port === undefined || (Number(port) > 0 && Number(port) < 65536);
  if (host === undefined || !isPort || socket?.split('/').includes('..')) return undefined;
  return {
    host: host.replace(/^\[(.*)\]$/, '$1'),
    ...(user && { user }),
    ...(port && { port: Number(port) }),
    ...(socket && { socket }),
  };
}
