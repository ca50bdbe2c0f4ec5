import type { RegistryAuthWire } from '../../client/index.ts';
import { eraseFromHelper, getFromHelper, storeInHelper } from './credentialHelper.ts';
import { type AuthEntry, type DockerConfig, readDockerConfig, writeDockerConfig } from './dockerConfig.ts';
import { configKey, hostOf } from './registryOf.ts';

type Environment = Record<string, string | undefined>;

/** Credentials to store: a password, or the token that a registry gave for it. */
export interface Login {
  username: string;
  password: string;
  /** Empty: the password is stored. */
  identityToken: string;
}

/**
 * Returns the credentials for a registry that a login has stored, in the docker CLI's config file or by its credential
 * helper; undefined without any.
 * @throws CliError PCH_CREDENTIALS_INVALID
 */
export async function storedAuth(registry: string, env: Environment): Promise<RegistryAuthWire | undefined> {
  const config = readDockerConfig(env);
  const key = configKey(registry);
  const helper = helperOf(config, key);
  if (helper === undefined) return fromEntry(config.auths?.[key], registry);
  const found = await getFromHelper(helper, key);
  if (!found) return undefined;
  const { username, secret, isToken } = found;
  return isToken
    ? { identitytoken: secret, serveraddress: registry }
    : { username, password: secret, serveraddress: registry };
}

/**
 * Returns all credentials that logins have stored, by the keys of their registries.
 * @throws CliError PCH_CREDENTIALS_INVALID
 */
export async function allStoredAuth(env: Environment): Promise<Record<string, RegistryAuthWire>> {
  const { auths = {}, credHelpers = {} } = readDockerConfig(env);
  const found: Record<string, RegistryAuthWire> = {};
  for (const key of new Set([...Object.keys(auths), ...Object.keys(credHelpers)])) {
    const auth = await storedAuth(hostOf(key), env);
    if (auth) found[key] = auth;
  }
  return found;
}

/** Stores credentials. Resolves to whether they are in the config file, unencrypted. */
export async function storeAuth(registry: string, login: Login, env: Environment): Promise<boolean> {
  const { username, password, identityToken } = login;
  const config = readDockerConfig(env);
  const key = configKey(registry);
  const helper = helperOf(config, key);
  if (helper !== undefined)
    await storeInHelper(helper, key, {
      username,
      secret: identityToken || password,
      isToken: identityToken !== '',
    });
  writeDockerConfig(env, {
    ...config,
    auths: { ...config.auths, [key]: helper === undefined ? toEntry(login) : {} },
  });
  return helper === undefined;
}

/** Removes the credentials for a registry. Resolves to whether any were stored. */
export async function eraseAuth(registry: string, env: Environment): Promise<boolean> {
  const config = readDockerConfig(env);
  const key = configKey(registry);
  const helper = helperOf(config, key);
  const { [key]: entry, ...others } = config.auths ?? {};
  if (helper !== undefined) await eraseFromHelper(helper, key);
  if (entry) writeDockerConfig(env, { ...config, auths: others });
  return entry !== undefined;
}

function helperOf({ credHelpers, credsStore }: DockerConfig, key: string): string | undefined {
  return credHelpers?.[key] || credsStore || undefined;
}

function fromEntry(entry: AuthEntry | undefined, registry: string): RegistryAuthWire | undefined {
  if (entry?.identitytoken) return { identitytoken: entry.identitytoken, serveraddress: registry };
  if (!entry?.auth) return undefined;
  const [username = '', ...password] = Buffer.from(entry.auth, 'base64').toString().split(':');
  return { username, password: password.join(':'), serveraddress: registry };
}

function toEntry({ username, password, identityToken }: Login): AuthEntry {
  if (identityToken !== '')
    return { auth: Buffer.from(`${username}:`).toString('base64'), identitytoken: identityToken };
  return { auth: Buffer.from(`${username}:${password}`).toString('base64') };
}
