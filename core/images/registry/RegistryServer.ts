import type { IncomingMessage, OutgoingHttpHeaders } from 'node:http';
import type { RegistryAuth } from '../../../hooks/engine.ts';
import { Authorizer } from './Authorizer.ts';
import { hasCredentials, storedCredentials } from './credentials.ts';
import type { Endpoint, EndpointConfig } from './endpoints.ts';
import { connectionError, statusError } from './registryError.ts';
import type { HttpRequest, Transport } from './Transport.ts';
import { readTrust, type RegistryTrust } from './trust.ts';

export interface ServerConfig extends EndpointConfig {
  dockerConfig: string;
  /** By `host[:port]`, before those of `dockerConfig`. */
  credentials: Readonly<Record<string, RegistryAuth>>;
  /** Milliseconds. */
  idleTimeout: number;
}

/** How a registry is called. */
export interface RegistryCall {
  transport: Transport;
  config: ServerConfig;
  /** From the user's request. Sent to the registry itself, never to mirrors. */
  auth?: RegistryAuth | undefined;
  signal?: AbortSignal | undefined;
}

export interface ServerOptions extends Omit<RegistryCall, 'signal'> {
  endpoint: Endpoint;
  /** Of the tokens that it needs. */
  scopes: readonly string[];
}

export interface Ask {
  method?: HttpRequest['method'];
  headers?: OutgoingHttpHeaders;
  /** Called for each attempt. */
  body?: () => HttpRequest['body'];
  /** Statuses that are not errors. */
  expected: readonly number[];
  /** For messages: "manifest of 127.0.0.1:5000/app:1". */
  what: string;
  signal: AbortSignal | undefined;
}

/** A registry or a mirror: requests are authorized, and failures are coded errors. */
export class RegistryServer {
  readonly host: string;
  readonly isMirror: boolean;
  readonly #options: ServerOptions;
  readonly #authorizer: Authorizer;
  #trust: Promise<RegistryTrust | undefined> | undefined;

  constructor(options: ServerOptions) {
    const { transport, config, endpoint, scopes, auth } = options;
    this.host = endpoint.host;
    this.isMirror = endpoint.mirror;
    this.#options = options;
    const given = !endpoint.mirror && hasCredentials(auth) ? auth : undefined;
    this.#authorizer = new Authorizer({
      transport,
      endpoint,
      scopes,
      idleTimeoutMs: config.idleTimeout,
      trust: (url) => this.#trustFor(url),
      credentials: async () => given ?? ownCredentials(config, endpoint.host),
    });
  }

  /**
   * Sends a request; credentials are sent to no other origin than that of the registry.
   * @throws PCH_IMAGE_NOT_FOUND, PCH_REGISTRY_*
   */
  async ask(url: URL, ask: Ask): Promise<IncomingMessage> {
    const isOwn = url.origin === this.#options.endpoint.base.origin;
    for (let refusals = 0; ; refusals++) {
      const used = isOwn ? this.#authorizer.header : undefined;
      const response = await this.#send(url, ask, used);
      const { statusCode = 0 } = response;
      if (ask.expected.includes(statusCode)) return response;
      const again =
        isOwn &&
        statusCode === 401 &&
        refusals < 2 &&
        (await this.#authorizer.renew(response, used, ask.signal));
      const refused = again ? undefined : await statusError(response, this.host, ask.what);
      // A body that is still being sent ends with the connection.
      if (ask.body) response.destroy();
      else response.resume();
      if (refused) throw refused;
    }
  }

  /** Resolves a path of the registry's API. */
  url(path: string): URL {
    return new URL(`v2/${path}`, this.#options.endpoint.base);
  }

  async #send(
    url: URL,
    { method = 'GET', headers, body, signal }: Ask,
    authorization: string | undefined,
  ): Promise<IncomingMessage> {
    const { transport, config, endpoint } = this.#options;
    const sent = body?.();
    try {
      return await transport.request(url, {
        method,
        headers: { ...headers, ...(authorization && { authorization }) },
        ...(sent !== undefined && { body: sent }),
        signal,
        idleTimeoutMs: config.idleTimeout,
        verifyTls: endpoint.verifyTls,
        trust: await this.#trustFor(url),
      });
    } catch (error) {
      throw connectionError(error, this.host);
    }
  }

  /** Read once per pull or push. */
  async #trustFor({ protocol }: URL): Promise<RegistryTrust | undefined> {
    const { config, endpoint } = this.#options;
    if (protocol !== 'https:') return undefined;
    this.#trust ??= readTrust({ host: this.host, hostname: endpoint.base.hostname }, config);
    return await this.#trust;
  }
}

async function ownCredentials(
  { credentials, dockerConfig }: ServerConfig,
  host: string,
): Promise<RegistryAuth | undefined> {
  return credentials[host] ?? storedCredentials(dockerConfig, host);
}
