/** Reads the files for authentication: the server's certificate and key, the CA of client certificates, the token. */
import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { createSecureContext } from 'node:tls';
import { messageOf, PouchError, type ListenFacts } from '../../../hooks/index.ts';
import { maxCredentialBytes, minTokenLength } from './limits.ts';

/** PEM texts. */
export interface TlsCredentials {
  cert: string;
  key: string;
  /** If present, clients need a certificate signed by one of these CAs. */
  ca?: string;
  /** If present, clients need a certificate with one of these names. */
  names?: readonly string[];
}

export interface Credentials {
  tls?: TlsCredentials;
  token?: string;
}

/**
 * @param setting path of the address in pouchd.yaml: `listen[1]`
 * @throws PCH_LISTEN for an invalid or unreadable file, and for a secret file that other users can read
 */
export async function readCredentials(address: ListenFacts, setting: string): Promise<Credentials> {
  const { tls, tokenFile } = address;
  return {
    ...(tls && { tls: await readTls(tls, `${setting}.tls`) }),
    ...(tokenFile !== undefined && { token: await readToken(tokenFile, `${setting}.tokenFile`) }),
  };
}

async function readTls(files: NonNullable<ListenFacts['tls']>, setting: string): Promise<TlsCredentials> {
  const tls: TlsCredentials = {
    cert: await readText(files.cert, `${setting}.cert`),
    key: await readSecret(files.key, `${setting}.key`),
    ...(files.ca !== undefined && { ca: await readText(files.ca, `${setting}.ca`) }),
    ...(files.names && { names: files.names }),
  };
  try {
    createSecureContext(tls);
  } catch (cause) {
    throw unusable(setting, 'PEM files of a certificate, its key and a CA', messageOf(cause), {
      hint: 'see `openssl x509 -in FILE -noout -text`; docs/guides/remote-access.md shows how to create them',
      cause,
    });
  }
  return tls;
}

async function readToken(path: string, setting: string): Promise<string> {
  const token = (await readSecret(path, setting)).trim();
  // RFC 6750, section 2.1: the characters of a bearer token.
  if (token.length >= minTokenLength && /^[A-Za-z0-9._~+/-]+=*$/.test(token)) return token;
  throw unusable(
    setting,
    `a token of at least ${minTokenLength} letters, digits or . _ ~ + / -`,
    `other content in ${path}`,
    { hint: `create one: (umask 077; openssl rand -hex 32 >${path})` },
  );
}

function readText(path: string, setting: string): Promise<string> {
  return read(path, setting, () => undefined);
}

/** Refuses secret files that other users can read, as ssh does for private keys. */
function readSecret(path: string, setting: string): Promise<string> {
  return read(path, setting, ({ mode, uid }) => {
    const isOwn = uid === 0 || uid === process.geteuid?.();
    if (isOwn && (mode & 0o077) === 0) return;
    throw unusable(
      setting,
      'a file that only root can read',
      `${path} with owner ${uid} and mode ${(mode & 0o777).toString(8)}`,
      { hint: `chown root ${path} && chmod 600 ${path}` },
    );
  });
}

async function read(
  path: string,
  setting: string,
  check: (stat: { mode: number; uid: number }) => void,
): Promise<string> {
  let file: FileHandle | undefined;
  try {
    // O_NONBLOCK: opening a FIFO must not block.
    file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const stat = await file.stat();
    if (!stat.isFile() || stat.size > maxCredentialBytes)
      throw unusable(setting, `a file of at most ${maxCredentialBytes} bytes`, path);
    check(stat);
    return await file.readFile('utf8');
  } catch (cause) {
    if (cause instanceof PouchError) throw cause;
    throw unusable(setting, 'a readable file', messageOf(cause), { cause });
  } finally {
    await file?.close();
  }
}

function unusable(
  setting: string,
  expected: string,
  found: string,
  details: { hint?: string; cause?: unknown } = {},
): PouchError {
  return new PouchError('PCH_LISTEN', `${setting}: expected ${expected}, found ${found}`, details);
}
