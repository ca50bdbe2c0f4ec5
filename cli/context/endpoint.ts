/** The options of `context create` and `context update` that say where the daemon is and how to connect to it. */
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { parseAddress, type TlsFiles } from '../../client/index.ts';
import { CliError, conflictingOptions, invalidOption } from '../errors.ts';
import type { PouchCommand } from '../PouchCommand.ts';
import type { Context } from './store.ts';

export interface EndpointFlags {
  description?: string;
  docker?: string;
  host?: string;
  tlscacert?: string;
  tlscert?: string;
  tlskey?: string;
  tokenFile?: string;
}

export type Endpoint = Omit<Context, 'name' | 'description'>;

export function addEndpointOptions(command: PouchCommand): void {
  command
    .option('--description <text>', 'Description of the context')
    .option(
      '--host <address>',
      'Address of the daemon: unix:///PATH, tcp://ADDRESS:PORT or ssh://[USER@]HOST',
    )
    .option(
      '--tlscacert <file>',
      'Trust certs signed only by this CA; the content is stored, as of the other files',
    )
    .option('--tlscert <file>', 'Path to TLS certificate file')
    .option('--tlskey <file>', 'Path to TLS key file')
    .option('--token-file <file>', "File with the daemon's token")
    .option(
      '--docker <endpoint>',
      'The same as Docker writes it: host=tcp://…,ca=FILE,cert=FILE,key=FILE or from=CONTEXT',
    );
}

/**
 * Returns the endpoint that the options describe; undefined without any of them.
 * @param endpointOf of another context, for `from=`
 */
export function endpointFrom(
  flags: EndpointFlags,
  endpointOf: (context: string) => Endpoint,
): Endpoint | undefined {
  const { host, tlscacert, tlscert, tlskey, tokenFile, docker } = flags;
  const own = { host, ca: tlscacert, cert: tlscert, key: tlskey, token: tokenFile };
  const hasOwn = Object.values(own).some((value) => value !== undefined);
  if (docker === undefined) return hasOwn ? endpoint(own, ownNames) : undefined;
  if (hasOwn)
    throw conflictingOptions(
      '--docker and --host, --tlscacert, --tlscert, --tlskey or --token-file exclude each other',
    );
  const { from, ...given } = parseDocker(docker);
  if (from === undefined) return endpoint(given, dockerNames);
  if (Object.keys(given).length > 0) throw invalidOption('--docker', 'from= alone', docker);
  return endpointOf(from);
}

type Given = Partial<Record<'host' | 'ca' | 'cert' | 'key' | 'token', string | undefined>>;
type Names = Record<keyof Given, string>;

const ownNames: Names = {
  host: '--host',
  ca: '--tlscacert',
  cert: '--tlscert',
  key: '--tlskey',
  token: '--token-file',
};
const dockerNames: Names = {
  host: '--docker host',
  ca: '--docker ca',
  cert: '--docker cert',
  key: '--docker key',
  token: '--token-file',
};

function parseDocker(text: string): Given & { from?: string } {
  const known = ['host', 'ca', 'cert', 'key', 'from', 'skip-tls-verify'];
  const entries = text.split(',').map((part): [string, string] => {
    const mark = part.indexOf('=');
    const [name, value] = [part.slice(0, mark), part.slice(mark + 1)];
    if (mark < 0 || value === '' || !known.includes(name))
      throw invalidOption('--docker', `NAME=VALUE with a name of ${known.join(', ')}`, part);
    return [name, value];
  });
  const { 'skip-tls-verify': skip, ...given } = Object.fromEntries(entries);
  if (entries.length > new Set(entries.map(([name]) => name)).size)
    throw invalidOption('--docker', 'each name once', text);
  if (skip !== undefined && skip !== 'false')
    throw invalidOption(
      '--docker skip-tls-verify',
      'false',
      skip,
      'Pouch verifies every daemon: give its CA by ca=',
    );
  return given;
}

function endpoint(given: Given, names: Names): Endpoint {
  if (given.host === undefined)
    throw new CliError('PCH_OPTION_INVALID', `${names.host}: expected the address of the daemon, found none`);
  const { connect, wantsTls } = parseAddress(given.host);
  const files = (['ca', 'cert', 'key'] as const).flatMap((name) => {
    const path = given[name];
    return path === undefined ? [] : [[name, readPem(names[name], path)]];
  });
  const isTcp = 'port' in connect;
  if (!isTcp && (files.length > 0 || given.token !== undefined))
    throw conflictingOptions(`${given.host} takes no certificates and no token: these are for TCP`);
  const tls = Object.fromEntries(files) as TlsFiles;
  if ((tls.cert === undefined) !== (tls.key === undefined))
    throw conflictingOptions(
      'expected a client certificate and its private key, found only one of them',
      `pass both ${names.cert} and ${names.key}`,
    );
  return {
    host: given.host,
    ...((files.length > 0 || wantsTls) && { tls }),
    ...(given.token !== undefined && { token: readText(names.token, given.token).trim() }),
  };
}

/** Bytes; as Docker's for an import. */
const largestFile = 10 * 1024 * 1024;

function readPem(name: string, path: string): string {
  const text = readText(name, path);
  if (/-----BEGIN [A-Z0-9 ]+-----/.test(text)) return text;
  throw new CliError('PCH_OPTION_INVALID', `${name}: expected a PEM file, found other content in ${path}`);
}

function readText(name: string, path: string): string {
  try {
    const text = readFileSync(path.replace(/^~(?=\/)/, homedir()), 'utf8');
    if (text.length <= largestFile && text !== '') return text;
  } catch (error) {
    throw new CliError(
      'PCH_OPTION_INVALID',
      `${name}: expected a readable file, found ${(error as Error).message}`,
    );
  }
  throw new CliError('PCH_OPTION_INVALID', `${name}: expected a file of 1 byte to 10 MiB, found ${path}`);
}
