import { readFile } from 'node:fs/promises';
import { PouchError, messageOf } from '../../../hooks/errors.ts';
import type { RegistryAuth } from '../../../hooks/engine.ts';

/** The name of Docker Hub in config.json. */
const hubKey = 'https://index.docker.io/v1/';

interface DockerConfig {
  auths?: Record<string, Record<string, unknown>>;
  credsStore?: unknown;
  credHelpers?: Record<string, unknown>;
}

/**
 * Returns the credentials that `docker login` stored for a registry (`auths` of config.json); undefined without an
 * entry or without the file. Credential helpers are not run: the daemon has no session to unlock them.
 * @throws PCH_CREDENTIALS_INVALID
 */
export async function storedCredentials(file: string, host: string): Promise<RegistryAuth | undefined> {
  const config = await readDockerConfig(file);
  const wanted = host === 'docker.io' ? [hubKey, 'docker.io', 'index.docker.io'] : [host];
  for (const [key, entry] of Object.entries(config?.auths ?? {})) {
    if (wanted.includes(key) || wanted.includes(hostOf(key))) return entryCredentials(entry, key, file);
  }
  return undefined;
}

/** Whether there are credentials to log in with. */
export function hasCredentials(auth: RegistryAuth | undefined): auth is RegistryAuth {
  return Boolean(auth && (auth.username || auth.identityToken || auth.registryToken));
}

async function readDockerConfig(file: string): Promise<DockerConfig | undefined> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw unusable(file, messageOf(error));
  }
  try {
    return JSON.parse(text) as DockerConfig;
  } catch {
    // The parser's message would quote the file with its secrets.
    throw unusable(file, 'expected JSON');
  }
}

function entryCredentials(
  entry: Record<string, unknown>,
  key: string,
  file: string,
): RegistryAuth | undefined {
  const text = (name: string) => (typeof entry[name] === 'string' ? entry[name] : '');
  const [username, password] = text('auth')
    ? splitAuth(text('auth'), key, file)
    : [text('username'), text('password')];
  const auth: RegistryAuth = {
    ...(username && { username, password }),
    ...(text('identitytoken') && { identityToken: text('identitytoken') }),
    ...(text('registrytoken') && { registryToken: text('registrytoken') }),
  };
  return hasCredentials(auth) ? auth : undefined;
}

function splitAuth(encoded: string, key: string, file: string): [string, string] {
  const decoded = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = decoded.indexOf(':');
  if (colon < 0) throw unusable(file, `auths.${key}.auth: expected USER:PASSWORD in base64`);
  // Docker pads with NUL characters in old files.
  return [decoded.slice(0, colon), decoded.slice(colon + 1).replace(/\0+$/, '')];
}

/** Keys may be URLs: `https://registry.example.org/v1/`. */
function hostOf(key: string): string {
  return key.replace(/^https?:\/\//, '').replace(/\/.*$/, '');
}

function unusable(file: string, why: string): PouchError {
  return new PouchError('PCH_CREDENTIALS_INVALID', `cannot read registry credentials from ${file}: ${why}`, {
    hint: 'log in again with docker login, or set registries.dockerConfig to another file',
  });
}
