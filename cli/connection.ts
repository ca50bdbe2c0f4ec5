import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { defaultHost, parseAddress, type ClientOptions, type TlsFiles } from '../client/index.ts';
import { currentContext, defaultContext, type Environment, userFolder } from './context/current.ts';
import { readContext } from './context/store.ts';
import { CliError, conflictingOptions } from './errors.ts';

/** Global options, with docker's names. */
export interface ConnectionFlags {
  context?: string;
  host?: string;
  tlsverify?: true;
  tlscacert?: string;
  tlscert?: string;
  tlskey?: string;
  tokenFile?: string;
}

/**
 * Returns the address and credentials of the daemon: from options, else from POUCH_HOST, POUCH_TLS_VERIFY,
 * POUCH_CERT_PATH and POUCH_TOKEN_FILE, else from the current context, else the default socket.
 * @throws PCH_OPTION_INVALID, PCH_CONTEXT_NOT_FOUND, PCH_CONTEXT_INVALID
 */
export function clientOptions(flags: ConnectionFlags, env: Environment): ClientOptions {
  if (flags.context !== undefined && flags.host !== undefined)
    throw conflictingOptions('--host and --context exclude each other');
  const { name, by } = currentContext(flags, env);
  if (name === defaultContext) return defaultOptions(flags, env);
  const { host, tls, token } = readContext(env, name, by);
  const { context: _, ...others } = flags;
  const [other] = Object.keys(others);
  if (other !== undefined)
    throw conflictingOptions(
      `the context "${name}" (named by ${by}) has an address with its own certificates and token, and another one was given`,
      'leave the options out, change the context by `pouch context update`, or use --context default',
    );
  return { host, ...(tls && { tls }), ...(token !== undefined && { token }) };
}

/** Those of the context `default`: without any other. For a Unix socket and ssh no file is read. */
export function defaultOptions(flags: ConnectionFlags, env: Environment): ClientOptions {
  const host = flags.host ?? (env['POUCH_HOST'] || defaultHost);
  const { connect, wantsTls } = parseAddress(host);
  if (!('port' in connect)) return { host };
  const tokenFile = flags.tokenFile ?? env['POUCH_TOKEN_FILE'];
  return {
    host,
    ...((wantsTls || asksForTls(flags, env)) && { tls: tlsFiles(flags, env) }),
    ...(tokenFile && { token: readFile('--token-file', tokenFile).trim() }),
  };
}

function asksForTls(flags: ConnectionFlags, env: Environment): boolean {
  const { tlsverify, tlscacert, tlscert, tlskey } = flags;
  return Boolean(tlsverify ?? tlscacert ?? tlscert ?? tlskey ?? (env['POUCH_TLS_VERIFY'] || undefined));
}

function tlsFiles(flags: ConnectionFlags, env: Environment): TlsFiles {
  const directory = env['POUCH_CERT_PATH'] || userFolder(env);
  const files: TlsFiles = {
    ...text('ca', '--tlscacert', flags.tlscacert, directory),
    ...text('cert', '--tlscert', flags.tlscert, directory),
    ...text('key', '--tlskey', flags.tlskey, directory),
  };
  if ((files.cert === undefined) !== (files.key === undefined))
    throw conflictingOptions(
      'expected a client certificate and its private key, found only one of them',
      `pass both: --tlscert and --tlskey, or cert.pem and key.pem in ${directory}`,
    );
  if (env['POUCH_CERT_PATH'] && Object.keys(files).length === 0)
    throw conflictingOptions(
      `POUCH_CERT_PATH: expected ca.pem, cert.pem and key.pem in ${directory}, found none of them`,
    );
  return files;
}

/** Reads the file given by the option, else the file of that name in the directory if it exists. */
function text(
  name: keyof TlsFiles,
  flag: string,
  given: string | undefined,
  directory: string,
): Partial<Record<keyof TlsFiles, string>> {
  if (given !== undefined) return { [name]: readFile(flag, given) };
  const path = join(directory, `${name}.pem`);
  const found = readFile(flag, path, { mayBeMissing: true });
  return found === '' ? {} : { [name]: found };
}

function readFile(flag: string, path: string, { mayBeMissing = false } = {}): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (mayBeMissing && code === 'ENOENT') return '';
    throw new CliError('PCH_OPTION_INVALID', `${flag}: expected a readable file, found ${message}`);
  }
}
