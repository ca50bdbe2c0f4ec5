import type { IncomingMessage } from 'node:http';
import { PouchError } from '../../../hooks/errors.ts';
import type { RegistryAuth } from '../../../hooks/engine.ts';
import { type Challenge, parseChallenges } from './challenge.ts';
import { hasCredentials } from './credentials.ts';
import { type Endpoint, isLoopback } from './endpoints.ts';
import { connectionError, statusError } from './registryError.ts';
import { type Transport, readBody } from './Transport.ts';
import type { RegistryTrust } from './trust.ts';

/** Bytes. Tokens have a few kilobytes. */
const maxTokenBytes = 1 << 20;

export interface AuthorizerOptions {
  transport: Transport;
  endpoint: Endpoint;
  /** Of tokens: `repository:PATH:pull`. */
  scopes: readonly string[];
  credentials: () => Promise<RegistryAuth | undefined>;
  /** By which a token server is verified. */
  trust: (url: URL) => Promise<RegistryTrust | undefined>;
  idleTimeoutMs: number;
}

/**
 * Authorizes requests to one endpoint, mostly for one repository: Basic (RFC 7617), or Bearer tokens from the token
 * server that the challenge names (distribution's docs/spec/auth/token.md and oauth.md). Concurrent requests share a
 * token.
 */
export class Authorizer {
  readonly #options: AuthorizerOptions;
  #header: string | undefined;
  #renewal: Promise<string | undefined> | undefined;

  constructor(options: AuthorizerOptions) {
    this.#options = options;
  }

  /** Value of the Authorization header; undefined until the registry requires one. */
  get header(): string | undefined {
    return this.#header;
  }

  /**
   * Renews the header after a 401 response with a challenge; `used` is the rejected header. Resolves to whether the
   * request can be repeated with the new header.
   */
  async renew(
    refusal: IncomingMessage,
    used: string | undefined,
    signal: AbortSignal | undefined,
  ): Promise<boolean> {
    // Another request has renewed it meanwhile.
    if (this.#header !== used) return true;
    this.#renewal ??= this.#newHeader(
      parseChallenges(refusal.headers['www-authenticate'] ?? ''),
      signal,
    ).finally(() => {
      this.#renewal = undefined;
    });
    const header = await this.#renewal;
    if (header === undefined || (header === used && header.startsWith('Basic '))) return false;
    this.#header = header;
    return true;
  }

  async #newHeader(challenges: Challenge[], signal: AbortSignal | undefined): Promise<string | undefined> {
    const credentials = await this.#options.credentials();
    const bearer = challenges.find(({ scheme }) => scheme === 'bearer');
    if (bearer) return this.#bearer(bearer, credentials, signal);
    const basic = challenges.some(({ scheme }) => scheme === 'basic');
    return basic && credentials?.username ? basicHeader(credentials) : undefined;
  }

  async #bearer(
    { parameters }: Challenge,
    credentials: RegistryAuth | undefined,
    signal: AbortSignal | undefined,
  ): Promise<string> {
    if (credentials?.registryToken) return `Bearer ${credentials.registryToken}`;
    const realm = this.#realm(parameters['realm'], credentials);
    const token = credentials?.identityToken
      ? await this.#oauthToken(realm, parameters['service'], credentials.identityToken, signal)
      : await this.#token(realm, parameters['service'], credentials, signal);
    return `Bearer ${token}`;
  }

  /** Checks the token server's address: credentials must not be sent to an arbitrary host, or in plain text. */
  #realm(realm: string | undefined, credentials: RegistryAuth | undefined): URL {
    const { host, base } = this.#options.endpoint;
    if (realm === undefined || !URL.canParse(realm))
      throw badRealm(host, 'it has no valid address of a token server');
    const url = new URL(realm);
    const plain = url.protocol === 'http:';
    if (url.protocol !== 'https:' && !plain)
      throw badRealm(host, `unsupported protocol ${url.protocol} of its token server`);
    const allowed =
      !plain || isLoopback(url.host) || (base.protocol === 'http:' && base.hostname === url.hostname);
    if (hasCredentials(credentials) && !allowed) {
      throw badRealm(host, `credentials would be sent to ${url.host} over plain HTTP`);
    }
    return url;
  }

  #token(
    realm: URL,
    service: string | undefined,
    credentials: RegistryAuth | undefined,
    signal: AbortSignal | undefined,
  ): Promise<string> {
    const url = new URL(realm);
    if (service !== undefined) url.searchParams.set('service', service);
    for (const scope of this.#options.scopes) url.searchParams.append('scope', scope);
    if (credentials?.username) url.searchParams.set('account', credentials.username);
    const headers: Record<string, string> = credentials?.username
      ? { authorization: basicHeader(credentials) }
      : {};
    return this.#fetchToken(url, { headers, signal });
  }

  #oauthToken(
    realm: URL,
    service: string | undefined,
    identityToken: string,
    signal: AbortSignal | undefined,
  ): Promise<string> {
    const form = new URLSearchParams({
      grant_type: 'refresh_token',
      refresh_token: identityToken,
      client_id: 'pouch',
      scope: this.#options.scopes.join(' '),
      ...(service !== undefined && { service }),
    });
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    return this.#fetchToken(realm, { method: 'POST', headers, body: form.toString(), signal });
  }

  async #fetchToken(
    url: URL,
    request: {
      method?: 'POST';
      headers: Record<string, string>;
      body?: string;
      signal: AbortSignal | undefined;
    },
  ): Promise<string> {
    const { transport, idleTimeoutMs, endpoint, scopes, trust } = this.#options;
    try {
      const response = await transport.request(url, {
        ...request,
        idleTimeoutMs,
        verifyTls: endpoint.verifyTls,
        trust: await trust(url),
      });
      if (response.statusCode !== 200)
        throw await statusError(response, url.host, ['token', ...scopes].join(' for '));
      return tokenOf(await readBody(response, maxTokenBytes), url.host);
    } catch (error) {
      throw connectionError(error, url.host);
    }
  }
}

function basicHeader({ username = '', password = '' }: RegistryAuth): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}

function tokenOf(body: Buffer, host: string): string {
  let response: { token?: unknown; access_token?: unknown } = {};
  try {
    response = JSON.parse(body.toString('utf8')) as typeof response;
  } catch {
    // The error below does not quote the text, which may have a secret.
  }
  const token = response.token ?? response.access_token;
  if (typeof token === 'string' && token !== '') return token;
  throw new PouchError(
    'PCH_REGISTRY_FAILED',
    `expected a token in the response of the token server ${host}, found none`,
    {
      hint: 'ask the operator of the registry',
    },
  );
}

function badRealm(host: string, why: string): PouchError {
  return new PouchError('PCH_REGISTRY_FAILED', `cannot log in to registry ${host}: ${why}`, {
    hint: 'ask the operator of the registry: a token server needs an https:// address',
  });
}
