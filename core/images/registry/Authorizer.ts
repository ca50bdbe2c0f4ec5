import type { IncomingMessage } from 'node:http';
import { PouchError } from '../../../hooks/errors.ts';
import type { RegistryAuth } from '../../../hooks/engine.ts';
import { type Challenge, parseChallenges } from './challenge.ts';
import { hasCredentials } from './credentials.ts';
import { type Endpoint, isLoopback } from './endpoints.ts';
import { connectionError, statusError } from './registryError.ts';
import { type Transport, readBody } from './Transport.ts';

/** Tokens are a few kilobytes. */
const maxTokenAnswerBytes = 1 << 20;

export interface AuthorizerOptions {
  transport: Transport;
  endpoint: Endpoint;
  /** The repository: the scope that tokens are asked for. */
  path: string;
  credentials: () => Promise<RegistryAuth | undefined>;
  idleTimeoutMs: number;
}

/**
 * Answers the challenges of one endpoint for one repository: Basic (RFC 7617), or Bearer tokens from the token server
 * that the challenge names (distribution's docs/spec/auth/token.md and oauth.md). Requests side by side share a token.
 */
export class Authorizer {
  readonly #options: AuthorizerOptions;
  #header: string | undefined;
  #renewal: Promise<string | undefined> | undefined;

  constructor(options: AuthorizerOptions) {
    this.#options = options;
  }

  /** Value of the Authorization header, undefined while none was asked for. */
  get header(): string | undefined {
    return this.#header;
  }

  /**
   * Reads the challenge of a 401 answer; `used` is the header that was refused. True if the request may be sent again
   * with another header.
   */
  async answer(
    refusal: IncomingMessage,
    used: string | undefined,
    signal: AbortSignal | undefined,
  ): Promise<boolean> {
    // Another request has got a new token meanwhile.
    if (this.#header !== used) return true;
    this.#renewal ??= this.#renew(parseChallenges(refusal.headers['www-authenticate'] ?? ''), signal).finally(
      () => {
        this.#renewal = undefined;
      },
    );
    const header = await this.#renewal;
    if (header === undefined || (header === used && header.startsWith('Basic '))) return false;
    this.#header = header;
    return true;
  }

  async #renew(challenges: Challenge[], signal: AbortSignal | undefined): Promise<string | undefined> {
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
    const scope = `repository:${this.#options.path}:pull`;
    const token = credentials?.identityToken
      ? await this.#oauthToken(realm, parameters['service'], scope, credentials.identityToken, signal)
      : await this.#token(realm, parameters['service'], scope, credentials, signal);
    return `Bearer ${token}`;
  }

  /** The token server's address. Credentials must not go to just anybody who can write a header. */
  #realm(realm: string | undefined, credentials: RegistryAuth | undefined): URL {
    const { host, base } = this.#options.endpoint;
    if (realm === undefined || !URL.canParse(realm))
      throw badRealm(host, 'the address of its token server is missing');
    const url = new URL(realm);
    const plain = url.protocol === 'http:';
    if (url.protocol !== 'https:' && !plain)
      throw badRealm(host, `its token server is a ${url.protocol} address`);
    const allowed =
      !plain || isLoopback(url.host) || (base.protocol === 'http:' && base.hostname === url.hostname);
    if (hasCredentials(credentials) && !allowed) {
      throw badRealm(host, `it wants the credentials sent to ${url.host} in plain HTTP`);
    }
    return url;
  }

  #token(
    realm: URL,
    service: string | undefined,
    scope: string,
    credentials: RegistryAuth | undefined,
    signal: AbortSignal | undefined,
  ): Promise<string> {
    const url = new URL(realm);
    if (service !== undefined) url.searchParams.set('service', service);
    url.searchParams.set('scope', scope);
    if (credentials?.username) url.searchParams.set('account', credentials.username);
    const headers: Record<string, string> = credentials?.username
      ? { authorization: basicHeader(credentials) }
      : {};
    return this.#ask(url, { headers, signal });
  }

  #oauthToken(
    realm: URL,
    service: string | undefined,
    scope: string,
    identityToken: string,
    signal: AbortSignal | undefined,
  ): Promise<string> {
    const form = new URLSearchParams({
      grant_type: 'refresh_token',
      refresh_token: identityToken,
      client_id: 'pouch',
      scope,
      ...(service !== undefined && { service }),
    });
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    return this.#ask(realm, { method: 'POST', headers, body: form.toString(), signal });
  }

  async #ask(
    url: URL,
    request: {
      method?: 'POST';
      headers: Record<string, string>;
      body?: string;
      signal: AbortSignal | undefined;
    },
  ): Promise<string> {
    const { transport, idleTimeoutMs, endpoint, path } = this.#options;
    try {
      const answer = await transport.request(url, {
        ...request,
        idleTimeoutMs,
        verifyTls: endpoint.verifyTls,
      });
      if (answer.statusCode !== 200) throw await statusError(answer, url.host, `token for ${path}`);
      return tokenOf(await readBody(answer, maxTokenAnswerBytes), url.host);
    } catch (error) {
      throw connectionError(error, url.host);
    }
  }
}

function basicHeader({ username = '', password = '' }: RegistryAuth): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}

function tokenOf(body: Buffer, host: string): string {
  let answer: { token?: unknown; access_token?: unknown } = {};
  try {
    answer = JSON.parse(body.toString('utf8')) as typeof answer;
  } catch {
    // Told below; the text may hold a secret.
  }
  const token = answer.token ?? answer.access_token;
  if (typeof token === 'string' && token !== '') return token;
  throw new PouchError('PCH_REGISTRY_FAILED', `the token server ${host} answered without a token`, {
    hint: 'Ask who runs the registry.',
  });
}

function badRealm(host: string, why: string): PouchError {
  return new PouchError(
    'PCH_REGISTRY_FAILED',
    `registry ${host} asks for a log-in that is not safe or not possible: ${why}`,
    {
      hint: 'Ask who runs the registry; a token server needs an https:// address.',
    },
  );
}
