import type { IncomingMessage } from 'node:http';
import type { Logger } from '../../../hooks/defineHook.ts';
import { PouchError, toPouchError } from '../../../hooks/errors.ts';
import type { RegistryAuth } from '../../../hooks/engine.ts';
import type { Descriptor } from '../../../hooks/image.ts';
import { sha256 } from '../unpack/chainId.ts';
import { manifestMediaType, maxManifestBytes } from '../content/manifest.ts';
import { manifestTypes } from '../content/mediaTypes.ts';
import { type Reference, formatReference } from '../content/reference.ts';
import { endpointsOf } from './endpoints.ts';
import { connectionError } from './registryError.ts';
import { type Ask, RegistryServer, type ServerConfig } from './RegistryServer.ts';
import { withRetries } from './retries.ts';
import { type Transport, readBody } from './Transport.ts';

export interface SessionConfig extends ServerConfig {
  /** How often a request is repeated after a transient failure. */
  retries: number;
}

export interface SessionOptions {
  transport: Transport;
  config: SessionConfig;
  reference: Reference;
  /** From the user's request. Sent to the registry itself, never to mirrors. */
  auth?: RegistryAuth | undefined;
  log: Pick<Logger, 'warn'>;
}

export interface FetchedManifest {
  bytes: Buffer;
  descriptor: Descriptor;
}

/** Fetches manifests and blobs of one repository from a registry and its mirrors (OCI distribution-spec). */
export class RegistrySession {
  readonly #options: SessionOptions;
  readonly #servers: readonly RegistryServer[];
  /** Hosts of mirrors whose errors are logged: a pull asks each for many blobs. */
  readonly #failed = new Set<string>();

  constructor(options: SessionOptions) {
    const { transport, config, reference, auth } = options;
    const scopes = [`repository:${reference.path}:pull`];
    this.#options = options;
    this.#servers = endpointsOf(reference.domain, config).map(
      (endpoint) => new RegistryServer({ transport, config, endpoint, scopes, auth }),
    );
  }

  /**
   * Fetches the manifest or index of a tag or digest, and checks the digest if one is known.
   * @throws PCH_IMAGE_NOT_FOUND, PCH_REGISTRY_*, PCH_DIGEST_MISMATCH
   */
  async manifest(tagOrDigest: string, signal?: AbortSignal): Promise<FetchedManifest> {
    const what = `manifest of ${this.#name(tagOrDigest)}`;
    return this.#withFailover(signal, async (server) => {
      const headers = { accept: [...manifestTypes, '*/*'].join(', ') };
      const response = await this.#get(server, `manifests/${tagOrDigest}`, { headers, what, signal });
      const bytes = await manifestBody(response, server, what);
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
      const response = await this.#get(server, `blobs/${digest}`, { headers, what, signal });
      return readFrom(response, bytesToSkip(response, offset, server.host), server.host);
    });
  }

  /** Tries the servers in order. After an error of a mirror, it tries the next one. */
  async #withFailover<T>(
    signal: AbortSignal | undefined,
    ask: (server: RegistryServer) => Promise<T>,
  ): Promise<T> {
    for (const server of this.#servers) {
      try {
        return await withRetries(this.#options.config.retries, signal, () => ask(server));
      } catch (error) {
        if (!server.isMirror || signal?.aborted) throw error;
        this.#reportMirror(server, error);
      }
    }
    throw new Error('a registry has at least one endpoint');
  }

  /** A mirror need not have every image. */
  #reportMirror({ host }: RegistryServer, error: unknown): void {
    const { code, message } = toPouchError(error);
    if (code === 'PCH_IMAGE_NOT_FOUND' || this.#failed.has(host)) return;
    this.#failed.add(host);
    const registry = this.#options.reference.domain;
    this.#options.log.warn('a mirror fails, and the next server is asked', {
      mirror: host,
      registry,
      code,
      error: message,
    });
  }

  #get(server: RegistryServer, resource: string, ask: Omit<Ask, 'expected'>): Promise<IncomingMessage> {
    const url = server.url(`${this.#options.reference.path}/${resource}`);
    return server.ask(url, { ...ask, expected: [200, 206] });
  }

  #name(tagOrDigest: string): string {
    const { domain, path } = this.#options.reference;
    const suffix = tagOrDigest.includes(':') ? { digest: tagOrDigest } : { tag: tagOrDigest };
    return formatReference({ domain, path, ...suffix });
  }
}

async function manifestBody(
  response: IncomingMessage,
  { host }: RegistryServer,
  what: string,
): Promise<Buffer> {
  try {
    return await readBody(response, maxManifestBytes);
  } catch (error) {
    if (response.complete || response.errored === null) throw tooLarge(host, what);
    throw connectionError(error, host);
  }
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
