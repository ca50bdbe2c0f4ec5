import { ClientError } from './errors.ts';

/** The daemon's address when neither -H nor POUCH_HOST is set. */
export const defaultHost = 'unix:///run/pouch/pouchd.sock';

/** A parsed daemon address. */
export interface Address {
  /** As messages print it. */
  readonly text: string;
  readonly connect: { socketPath: string } | { host: string; port: number };
  /** The scheme is `https://`. */
  readonly wantsTls: boolean;
}

/**
 * Parses `unix:///PATH`, a bare absolute path, `tcp://HOST:PORT` or `https://HOST:PORT`.
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
  throw new ClientError('PCH_OPTION_INVALID', `invalid daemon address "${text}"`, {
    hint: 'use unix:///PATH/TO/SOCKET, tcp://ADDRESS:PORT or https://ADDRESS:PORT (-H or POUCH_HOST)',
  });
}
