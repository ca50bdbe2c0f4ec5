import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { RegistriesConfig } from '../../../config/types.ts';
import type { CertificateConfig } from './trust.ts';

/** The part of the configuration that determines the endpoints of a registry. */
export type EndpointConfig = Pick<RegistriesConfig, 'mirrors' | 'plainHttp' | 'insecureTls'> &
  CertificateConfig;

/** A server of a repository. */
export interface Endpoint {
  /** Base URL of the API's `v2/`; ends with a slash. */
  base: URL;
  /** `host[:port]` for messages and credentials; Docker Hub's is `docker.io`. */
  host: string;
  verifyTls: boolean;
  mirror: boolean;
}

/** The host of Docker Hub's registry. */
const hub = 'registry-1.docker.io';

/** Returns the servers for images of `domain` in order: its mirrors, then the registry itself. */
export function endpointsOf(domain: string, config: EndpointConfig): Endpoint[] {
  const mirrors = (config.mirrors[domain] ?? []).map((url) => mirrorEndpoint(url, config));
  return [...mirrors, originEndpoint(domain, config)];
}

function mirrorEndpoint(url: string, config: EndpointConfig): Endpoint {
  const base = new URL(url.endsWith('/') ? url : `${url}/`);
  return { base, host: base.host, verifyTls: !config.insecureTls.includes(base.host), mirror: true };
}

/** Returns the registry of a domain itself. */
export function originEndpoint(domain: string, config: EndpointConfig): Endpoint {
  const scheme = isPlain(domain, config) ? 'http' : 'https';
  const base = new URL(`${scheme}://${domain === 'docker.io' ? hub : domain}/`);
  return { base, host: domain, verifyTls: !config.insecureTls.includes(domain), mirror: false };
}

/** As with Docker, a registry on the host's loopback may use plain HTTP, because others cannot read the traffic. */
function isPlain(domain: string, config: EndpointConfig): boolean {
  const { plainHttp, insecureTls, certificates, certificatesDirectory } = config;
  if (insecureTls.includes(domain) || certificates[domain]) return false;
  if (plainHttp.includes(domain)) return true;
  return isLoopback(domain) && !existsSync(join(certificatesDirectory, domain));
}

/** Whether `host[:port]` is `localhost`, in 127.0.0.0/8, or `[::1]`. */
export function isLoopback(host: string): boolean {
  const name = host.replace(/:\d+$/, '');
  return name === 'localhost' || name === '[::1]' || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(name);
}
