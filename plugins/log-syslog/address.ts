import { PouchError } from '../../hooks/index.ts';

export type Address =
  | { readonly kind: 'unix'; readonly path: string }
  | { readonly kind: 'udp' | 'tcp'; readonly host: string; readonly port: number };

const standardPort = 514;

/** @throws PCH_OPTION_INVALID */
export function parseAddress(text: string): Address {
  const unix = /^(?:unix|unixgram):\/\/(\/.+)$/.exec(text)?.[1];
  if (unix !== undefined) return { kind: 'unix', path: unix };
  const [, kind, host, port] = /^(udp|tcp):\/\/(\[[0-9a-fA-F:.]+\]|[\w.-]+)(?::(\d{1,5}))?$/.exec(text) ?? [];
  const number = Number(port ?? standardPort);
  if (host === undefined || number < 1 || number > 65535)
    throw new PouchError('PCH_OPTION_INVALID', `syslog-address: expected an address, found "${text}"`, {
      hint: 'write unix:///dev/log, udp://HOST:514 or tcp://HOST:514',
    });
  return { kind: kind as 'udp' | 'tcp', host: host.replace(/^\[(.*)\]$/, '$1'), port: number };
}
