import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { RegistryAuthWire } from '../../client/index.ts';

interface DockerConfig {
  auths?: Record<string, { auth?: string; identitytoken?: string }>;
}

/** Docker's key for docker.io, which is that of its former registry. */
const dockerHubKey = 'https://index.docker.io/v1/';

/**
 * Returns the credentials for an image's registry that `docker login` has stored in `$DOCKER_CONFIG/config.json` or
 * `~/.docker/config.json`; undefined if none match.
 */
export function registryAuth(
  imageName: string,
  env: Record<string, string | undefined>,
): RegistryAuthWire | undefined {
  const registry = registryOf(imageName);
  const entry = readConfig(env).auths?.[registry === 'docker.io' ? dockerHubKey : registry];
  if (entry?.identitytoken) return { identitytoken: entry.identitytoken, serveraddress: registry };
  if (!entry?.auth) return undefined;
  const [username = '', ...password] = Buffer.from(entry.auth, 'base64').toString().split(':');
  return { username, password: password.join(':'), serveraddress: registry };
}

/** The first part of a name is a registry if it has a dot or port, or is localhost. */
function registryOf(imageName: string): string {
  const first = imageName.split('/')[0] ?? '';
  const isRegistry = imageName.includes('/') && (/[.:]/.test(first) || first === 'localhost');
  return isRegistry ? first : 'docker.io';
}

function readConfig(env: Record<string, string | undefined>): DockerConfig {
  const directory = env['DOCKER_CONFIG'] || join(env['HOME'] || homedir(), '.docker');
  try {
    const config: unknown = JSON.parse(readFileSync(join(directory, 'config.json'), 'utf8'));
    return typeof config === 'object' && config !== null ? config : {};
  } catch {
    // Without a readable configuration the pull is anonymous; the registry refuses it if it requires credentials.
    return {};
  }
}
