import type { RegistryAuth } from '../../../hooks/engine.ts';
import { PouchError } from '../../../hooks/errors.ts';
import { hasCredentials } from './credentials.ts';
import { originEndpoint } from './endpoints.ts';
import { type RegistryCall, RegistryServer } from './RegistryServer.ts';
import { parseDomain } from '../content/reference.ts';

/** Names of Docker Hub in clients' configurations. */
const hubNames = ['', 'docker.io', 'index.docker.io', 'registry-1.docker.io'];

/**
 * Checks that a registry accepts credentials. Nothing is stored.
 * @throws PCH_OPTION_INVALID, PCH_REGISTRY_DENIED, PCH_REGISTRY_FAILED, PCH_REGISTRY_UNREACHABLE
 */
export async function authenticate(
  { transport, config }: Pick<RegistryCall, 'transport' | 'config'>,
  auth: RegistryAuth,
  signal?: AbortSignal,
): Promise<void> {
  if (!hasCredentials(auth))
    throw new PouchError(
      'PCH_OPTION_INVALID',
      'expected a user name and password, or a token, found neither',
      {
        hint: 'give the credentials of an account at the registry',
      },
    );
  const domain = serverDomain(auth.serverAddress);
  const endpoint = originEndpoint(domain, config);
  const server = new RegistryServer({ transport, config, endpoint, scopes: [], auth });
  const response = await server.ask(server.url(''), { expected: [200], what: 'login', signal });
  response.resume();
}

/** Addresses may be URLs: `https://index.docker.io/v1/`. @throws PCH_OPTION_INVALID */
function serverDomain(address = ''): string {
  const host = address.replace(/^https?:\/\//, '').replace(/\/.*$/, '');
  return hubNames.includes(host) ? 'docker.io' : parseDomain(host);
}
