import type { IncomingMessage } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { PouchError } from '../../../hooks/errors.ts';
import type { RegistryAuth } from '../../../hooks/engine.ts';
import type { Descriptor } from '../../../hooks/image.ts';
import { sha256 } from '../unpack/chainId.ts';
import { manifestMediaType, maxManifestBytes } from '../content/manifest.ts';
import { manifestTypes } from '../content/mediaTypes.ts';
import { type Reference, formatReference } from '../content/reference.ts';
import { Authorizer } from './Authorizer.ts';
import { type Endpoint, type EndpointConfig, endpointsOf } from './endpoints.ts';
import { hasCredentials, storedCredentials } from './credentials.ts';
import { HttpStatusError, connectionError, isTransient, statusError } from './registryError.ts';
import { type Transport, readBody } from './Transport.ts';

export interface SessionConfig extends EndpointConfig {
  dockerConfig: string;
  /** Milliseconds. */
  idleTimeout: number;
  /** How often a request is repeated after a transient failure. */
  retries: number;
}

export interface SessionOptions {
  transport: Transport;
  config: SessionConfig;
  reference: Reference;
  /** From the user's request. Sent to the registry itself, never to mirrors. */
  auth?: RegistryAuth | undefined;
}

export interface FetchedManifest {
  bytes: Buffer;
  descriptor: Descriptor;
}

interface Server extends Endpoint {
  authorizer: Authorizer;
}

interface Ask {
  /** Below `/v2/REPOSITORY/`. */
  resource: string;
  headers: Record<string, string>;
  /** For messages. */
  what: string;
  signal: AbortSignal | undefined;
}

/** Fetches manifests and blobs of one repository from a registry and its mirrors (OCI distribution-spec). */
export class RegistrySession {
  readonly #options: SessionOptions;
  readonly #servers: readonly Server[];

  constructor(options: SessionOptions) {
    this.#options = options;
    this.#servers = endpointsOf(options.reference.domain, options.config).map((endpoint) => ({
      ...endpoint,
      authorizer: this.#authorizer(endpoint),
    }));
  }

  /**
   * Fetches the manifest or index of a tag or digest, and checks the digest if one is known.
   * @throws PCH_IMAGE_NOT_FOUND, PCH_REGISTRY_*, PCH_DIGEST_MISMATCH
   */
  async manifest(tagOrDigest: string, signal?: AbortSignal): Promise<FetchedManifest> {
    const what = `manifest of ${this.#name(tagOrDigest)}`;
    return this.#withFailover(signal, async (server) => {
      const headers = { accept: [...manifestTypes, '*/*'].join(', ') };
      const response = await this.#get(server, {
        resource: `manifests/${tagOrDigest}`,
        headers,
        what,
        signal,
      });
      const bytes = await this.#body(response, server, what);
      return { bytes, descriptor: describe(bytes, response, server.host, what, tagOrDigest) };
    });
  }

  /**
   * Opens a blob at a byte offset. The stream may end early; the caller resumes.
   * @throws PCH_IMAGE_NOT_FOUND, PCH_REGISTRY_*
   */
  async blob(digest: string, offset: number, signal?: AbortSignal): Promise<AsyncIterable<Buffer>> {
    const what = `blob ${digest} of ${this.#options.reference.path}`;
    return this.#withFailover(signal, async (server) => {
      const headers: Record<string, string> = offset > 0 ? { range: `bytes=${offset}-` } : {};
      const response = await this.#get(server, { resource: `blobs/${digest}`, headers, what, signal });
      return readFrom(response, bytesToSkip(response, offset, server.host), server.host);
    });
  }

  /** Tries the servers in order. After an error of a mirror, it tries the next one. */
  async #withFailover<T>(signal: AbortSignal | undefined, ask: (server: Server) => Promise<T>): Promise<T> {
    for (const server of this.#servers) {
      try {
        return await this.#withRetries(signal, () => ask(server));
      } catch (error) {
        if (!server.mirror || signal?.aborted) throw error;
      }
    }
    throw new Error('a registry has at least one endpoint');
  }

  async #withRetries<T>(signal: AbortSignal | undefined, ask: () => Promise<T>): Promise<T> {
    for (let attempt = 0; ; attempt++) {
      try {
        return await ask();
      } catch (error) {
        signal?.throwIfAborted();
        if (attempt >= this.#options.config.retries || !isTransient(error)) throw error;
        await backOff(attempt, error, signal);
      }
    }
  }

  async #get(server: Server, { resource, headers, what, signal }: Ask): Promise<IncomingMessage> {
    const url = new URL(`v2/${this.#options.reference.path}/${resource}`, server.base);
    const { authorizer } = server;
    for (let refusals = 0; ; refusals++) {
      const used = authorizer.header;
      const response = await this.#send(
        server,
        url,
        { ...headers, ...(used && { authorization: used }) },
        signal,
      );
      if (response.statusCode === 200 || response.statusCode === 206) return response;
      const again =
        response.statusCode === 401 && refusals < 2 && (await authorizer.renew(response, used, signal));
      if (!again) throw await statusError(response, server.host, what);
      response.resume();
    }
  }

  async #send(
    server: Server,
    url: URL,
    headers: Record<string, string>,
    signal: AbortSignal | undefined,
  ): Promise<IncomingMessage> {
    const { transport, config } = this.#options;
    const idleTimeoutMs = config.idleTimeout;
    try {
      return await transport.request(url, { headers, signal, idleTimeoutMs, verifyTls: server.verifyTls });
    } catch (error) {
      throw connectionError(error, server.host);
    }
  }

  async #body(response: IncomingMessage, server: Server, what: string): Promise<Buffer> {
    try {
      return await readBody(response, maxManifestBytes);
    } catch (error) {
      if (response.complete || response.errored === null) throw tooLarge(server.host, what);
      throw connectionError(error, server.host);
    }
  }

  #authorizer(endpoint: Endpoint): Authorizer {
    const { transport, config, reference, auth } = this.#options;
    const given = !endpoint.mirror && hasCredentials(auth) ? auth : undefined;
    return new Authorizer({
      transport,
      endpoint,
      path: reference.path,
      idleTimeoutMs: config.idleTimeout,
      credentials: async () => given ?? storedCredentials(config.dockerConfig, endpoint.host),
    });
  }

  #name(tagOrDigest: string): string {
    const { domain, path } = this.#options.reference;
    const suffix = tagOrDigest.includes(':') ? { digest: tagOrDigest } : { tag: tagOrDigest };
    return formatReference({ domain, path, ...suffix });
  }
}

/** Waits before the next attempt: as long as the registry requests, or 0.2 s, 0.4 s, … up to 5 s. */
export async function backOff(
  attempt: number,
  error: unknown,
  signal: AbortSignal | undefined,
): Promise<void> {
  const cause = error instanceof PouchError ? error.cause : undefined;
  const requestedMs = cause instanceof HttpStatusError ? cause.retryAfterMs : undefined;
  await delay(requestedMs ?? Math.min(200 * 2 ** attempt, 5000), undefined, { ...(signal && { signal }) });
}

function describe(
  bytes: Buffer,
  response: IncomingMessage,
  host: string,
  what: string,
  tagOrDigest: string,
): Descriptor {
  const digest = sha256(bytes);
  const header = response.headers['docker-content-digest'];
  const expected = tagOrDigest.includes(':') ? tagOrDigest : header;
  if (typeof expected === 'string' && expected.startsWith('sha256:') && expected !== digest) {
    throw new PouchError(
      'PCH_DIGEST_MISMATCH',
      `expected digest ${expected} of the ${what} from registry ${host}, found ${digest}`,
      {
        hint: 'the registry, or a proxy before it, changes content; try again, then ask its operator',
      },
    );
  }
  const contentType = (response.headers['content-type'] ?? '').split(';')[0]?.trim() ?? '';
  return { mediaType: manifestMediaType(bytes, contentType, what), digest, size: bytes.length };
}

/** Returns the bytes of the response before `offset`: a server may ignore Range (RFC 9110 section 14.2). */
function bytesToSkip(response: IncomingMessage, offset: number, host: string): number {
  if (response.statusCode === 200) return offset;
  const start = /^bytes (\d+)-/.exec(response.headers['content-range'] ?? '')?.[1];
  if (start !== undefined && Number(start) <= offset) return offset - Number(start);
  response.destroy();
  throw new PouchError(
    'PCH_REGISTRY_FAILED',
    `registry ${host} sent a different part of a blob than requested`,
    {
      hint: 'ask the operator of the registry, or of the proxy before it',
    },
  );
}

async function* readFrom(response: IncomingMessage, skip: number, host: string): AsyncGenerator<Buffer> {
  let left = skip;
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      const part = left > 0 ? chunk.subarray(left) : chunk;
      left = Math.max(0, left - chunk.length);
      if (part.length > 0) yield part;
    }
  } catch (error) {
    throw connectionError(error, host);
  }
}

function tooLarge(host: string, what: string): PouchError {
  return new PouchError(
    'PCH_IMAGE_INVALID',
    `expected at most ${maxManifestBytes} bytes of the ${what} from registry ${host}, found more`,
    {
      hint: 'check the reference: this is not an image',
    },
  );
}
