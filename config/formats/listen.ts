import { isIP, isIPv4 } from 'node:net';
import type { ListenAddress, ListenTls, TcpListener } from '../types.ts';
import { readSocketPath } from './address.ts';
import { Refusal, textFormat, type Format, type Report } from './format.ts';
import { record, type RecordField } from './record.ts';
import { listOf } from './collection.ts';
import { absolutePath, boolean, word } from './scalar.ts';

const howToAuthenticate =
  'clients of the API have root access to this host: use `address: tcp://…` with `tls`, `tokenFile` or `insecure: true`; see docs/guides/remote-access.md';

const unixListener = textFormat<ListenAddress>({
  expected: 'unix:///ABSOLUTE/PATH, or a map with address: tcp://ADDRESS:PORT and tls, tokenFile or insecure',
  json: { type: 'string', pattern: '^unix:///' },
  read(url) {
    if (url.startsWith('tcp://')) throw new Refusal(howToAuthenticate);
    const path = url.startsWith('unix://') ? readSocketPath(url) : undefined;
    return path === undefined ? undefined : { kind: 'unix', url: `unix://${path}`, path };
  },
  write: ({ url }) => url,
});

interface TcpAddress {
  url: string;
  host: string;
  port: number;
}

const tcpAddress = textFormat<TcpAddress>({
  expected: 'tcp://ADDRESS:PORT such as tcp://127.0.0.1:2376 or tcp://[::1]:2376',
  json: { type: 'string', pattern: '^tcp://(\\d{1,3}(\\.\\d{1,3}){3}|\\[[0-9a-fA-F:.]+\\]):\\d{1,5}$' },
  read(url) {
    const match = /^tcp:\/\/(?:\[([^\]]*)\]|([^:/]*)):(\d{1,5})$/.exec(url);
    const host = match?.[1] ?? match?.[2] ?? '';
    const port = Number(match?.[3]);
    if (!match || isIP(host) !== (match[1] === undefined ? 4 : 6)) return undefined;
    if (port < 1 || port > 65535) throw new Refusal('the port must be from 1 to 65535');
    return { url, host, port };
  },
  write: ({ url }) => url,
});

const tlsFields: Readonly<Record<keyof ListenTls, RecordField>> = {
  cert: {
    format: absolutePath,
    doc: 'Certificate of the server, followed by its intermediates.',
    required: true,
  },
  key: { format: absolutePath, doc: 'Its private key, readable only by root.', required: true },
  ca: {
    format: absolutePath,
    doc: 'CA certificates for clients. If set, clients without a certificate signed by one of them are rejected.',
  },
  names: {
    format: listOf(word(/^[^\s,*][^,*]*$/, 'a name without commas and `*`'), { min: 1 }),
    doc: 'Names of clients: the common name of the certificate, or a DNS name or address in it. Others are rejected. Needs `ca`.',
  },
};

/** The written form of a TCP listener. */
interface WrittenListener {
  address: TcpAddress;
  tls?: ListenTls;
  tokenFile?: string;
  insecure?: boolean;
}

/** The keys of one TCP listener, for the decoder, the JSON Schema and the docs. */
export const listenerFields: Readonly<Record<keyof WrittenListener, RecordField>> = {
  address: {
    format: tcpAddress,
    doc: 'Address and port. `0.0.0.0` and `[::]` mean all addresses of the host.',
    required: true,
  },
  tls: {
    format: record<ListenTls>({ expected: 'a map with cert, key and ca', fields: tlsFields }),
    doc: 'PEM files: `cert` and `key` of the server; `ca` for the certificates of clients. Required unless the address is on loopback.',
  },
  tokenFile: {
    format: absolutePath,
    doc: 'File with a secret of at least 32 characters, readable only by root. Clients send it as `Authorization: Bearer SECRET`.',
  },
  insecure: {
    format: boolean,
    doc: '`true`: no authentication; only on loopback. Every local user and process, and every container with `--network host`, then has root access to this host.',
  },
};

const tcpListener = record<WrittenListener>({
  expected: 'a map with address, and tls, tokenFile or insecure',
  fields: listenerFields,
  json: {
    anyOf: [
      { required: ['tls'] },
      { required: ['tokenFile'] },
      { required: ['insecure'], properties: { insecure: { const: true } } },
    ],
  },
  check: checkAuthentication,
});

function checkAuthentication(raw: ReadonlyMap<unknown, unknown>, report: Report): void {
  const tls = raw.get('tls');
  const hasToken = raw.has('tokenFile');
  const isInsecure = raw.get('insecure') === 'true';
  if (isInsecure && (tls !== undefined || hasToken))
    report({ at: ['insecure'], expected: 'insecure: true alone', found: 'insecure with tls or tokenFile' });
  if (!isInsecure && tls === undefined && !hasToken)
    report({
      at: [],
      expected: 'tls, tokenFile or insecure: true',
      found: 'an address without authentication',
      hint: howToAuthenticate,
    });
  if (tls instanceof Map && !tls.has('ca') && !hasToken)
    report({
      at: ['tls'],
      expected: 'tls with ca, or tokenFile',
      found: 'neither',
      hint: 'cert and key encrypt, but do not authenticate clients',
    });
  if (tls instanceof Map && tls.has('names') && !tls.has('ca'))
    report({ at: ['tls', 'names'], expected: 'names together with ca', found: 'names alone' });
  if (tls === undefined && !isOnLoopback(raw.get('address')))
    report({
      at: ['address'],
      expected: 'a loopback address, or tls',
      found: 'an address that other hosts can reach',
      hint: 'without TLS, others on the network can read and change the token and all data',
    });
}

/** An invalid address is reported by its format. */
function isOnLoopback(url: unknown): boolean {
  const address = typeof url === 'string' ? tcpAddress.decode(url, () => undefined) : undefined;
  return address === undefined || isLoopback(address.host);
}

function isLoopback(host: string): boolean {
  return host === '::1' || (isIPv4(host) && host.startsWith('127.'));
}

/** An address on which pouchd serves its API. */
export const listenAddress: Format<ListenAddress> = {
  expected: unixListener.expected,
  json: { anyOf: [unixListener.json, tcpListener.json] },
  decode(raw, report) {
    if (!(raw instanceof Map)) return unixListener.decode(raw, report);
    const written = tcpListener.decode(raw, report);
    return written && fromWritten(written);
  },
  encode: (address) => (address.kind === 'unix' ? address.url : tcpListener.encode(toWritten(address))),
};

function fromWritten({ address, ...rest }: WrittenListener): TcpListener {
  return { kind: 'tcp', ...address, ...rest };
}

function toWritten({ kind: _kind, url, host, port, ...rest }: TcpListener): WrittenListener {
  return { address: { url, host, port }, ...rest };
}
