/** Docker's key for docker.io in config.json, which is that of its former registry. */
const hubKey = 'https://index.docker.io/v1/';

const hubNames = ['', 'docker.io', 'index.docker.io', 'registry-1.docker.io'];

/** Returns the registry of an image: the first part of its name if that has a dot or port, or is localhost. */
export function registryOf(imageName: string): string {
  const first = imageName.split('/')[0] ?? '';
  const isRegistry = imageName.includes('/') && (/[.:]/.test(first) || first === 'localhost');
  return isRegistry ? first : 'docker.io';
}

/** Returns the host of an address that users give: `https://registry.example.org/v2/`. */
export function hostOf(address: string): string {
  const host = address.replace(/^https?:\/\//, '').replace(/\/.*$/, '');
  return hubNames.includes(host) ? 'docker.io' : host;
}

/** Returns the key of a registry in config.json and for credential helpers. */
export function configKey(registry: string): string {
  return registry === 'docker.io' ? hubKey : registry;
}
