import type { BuildOptions } from '../../../hooks/engine/builds.ts';
import type { RegistryAuth } from '../../../hooks/engine/images.ts';

/** The host of a full reference. */
export function registryOf(reference: string): string {
  return reference.split('/')[0] ?? '';
}

/** Of those that a client sends. Docker's clients have two names for its own registry. */
export function credentialsFor(reference: string, auth: BuildOptions['auth'] = {}): RegistryAuth | undefined {
  const host = registryOf(reference);
  const names = host === 'docker.io' ? [host, 'index.docker.io'] : [host];
  const hostOf = (server: string) => server.replace(/^https?:\/\//, '').split('/')[0] ?? '';
  return Object.entries(auth).find(([server]) => names.includes(hostOf(server)))?.[1];
}
