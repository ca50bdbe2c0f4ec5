import type { IncomingMessage } from 'node:http';
import type { RegistryAuth } from '../../../hooks/engine.ts';
import { PouchError } from '../../../hooks/errors.ts';
import type { Descriptor } from '../../../hooks/image.ts';
import type { Reference } from '../content/reference.ts';
import { originEndpoint } from './endpoints.ts';
import { connectionError, isRefused, isTransient, registryFailed } from './registryError.ts';
import type { SessionConfig } from './RegistrySession.ts';
import { type Ask, RegistryServer } from './RegistryServer.ts';
import { backOff, withRetries } from './retries.ts';
import { redirectTarget, type Transport } from './Transport.ts';

export interface PushSessionOptions {
  transport: Transport;
  config: SessionConfig;
  reference: Reference;
  auth?: RegistryAuth | undefined;
  /** Repositories of the registry from which blobs may be mounted. */
  mountFrom: readonly string[];
}

/** A blob to upload. */
export interface Upload {
  blob: Pick<Descriptor, 'digest' | 'size'>;
  /** Returns its bytes from an offset on. */
  read: (offset: number) => AsyncIterable<Uint8Array>;
  /** Called with the number of bytes sent so far. */
  onProgress: (bytes: number) => void;
  signal: AbortSignal;
}

/** An upload at the registry: where its next bytes are sent, and how many it has. */
interface Begun {
  address: URL;
  offset: number;
}

/** Writes to one repository of a registry (OCI distribution-spec, "Push"). Mirrors are not written to. */
export class PushSession {
  readonly #options: PushSessionOptions;
  readonly #server: RegistryServer;

  constructor(options: PushSessionOptions) {
    const { transport, config, reference, auth, mountFrom } = options;
    const endpoint = originEndpoint(reference.domain, config);
    const scopes = [
      `repository:${reference.path}:pull,push`,
      ...mountFrom.map((path) => `repository:${path}:pull`),
    ];
    this.#options = options;
    this.#server = new RegistryServer({ transport, config, endpoint, scopes, auth });
  }

  /** Whether the repository has a blob. @throws PCH_REGISTRY_* */
  async hasBlob(digest: string, signal: AbortSignal): Promise<boolean> {
    const { statusCode } = await this.#empty(`blobs/${digest}`, {
      method: 'HEAD',
      expected: [200, 404],
      what: `blob ${digest}`,
      signal,
    });
    return statusCode === 200;
  }

  /**
   * Uploads a blob, or mounts it from another repository if the registry can. After a broken connection the upload
   * resumes at the byte that the registry has.
   * @throws PCH_REGISTRY_*, PCH_DIGEST_MISMATCH
   */
  async upload(upload: Upload, from?: string): Promise<'mounted' | 'uploaded'> {
    const { retries } = this.#options.config;
    const { signal } = upload;
    let begun = await this.#begin(upload, from);
    for (let failures = 0; begun; failures++) {
      const { offset } = begun;
      try {
        await this.#finish(await this.#append(begun, upload), upload);
        return 'uploaded';
      } catch (error) {
        signal.throwIfAborted();
        if (failures >= retries || !(isTransient(error) || isRefused(error))) throw error;
        await backOff(failures, error, signal);
        begun = (await this.#resumed(begun, upload)) ?? (await this.#begin(upload));
        if (begun && begun.offset > offset) failures = 0;
      }
    }
    return 'mounted';
  }

  /** Stores a manifest under a tag or its digest. @throws PCH_REGISTRY_*, PCH_DIGEST_MISMATCH */
  async putManifest(
    tagOrDigest: string,
    { bytes, descriptor }: { bytes: Uint8Array; descriptor: Descriptor },
    signal: AbortSignal,
  ): Promise<void> {
    const what = `manifest of ${this.#options.reference.path}:${tagOrDigest}`;
    const response = await this.#empty(`manifests/${tagOrDigest}`, {
      method: 'PUT',
      headers: { 'content-type': descriptor.mediaType, 'content-length': bytes.length },
      body: () => bytes,
      expected: [200, 201, 202],
      what,
      signal,
    });
    this.#checkDigest(response, descriptor.digest, what);
  }

  /** Returns undefined if the registry has mounted the blob. */
  async #begin({ blob: { digest }, signal }: Upload, from?: string): Promise<Begun | undefined> {
    const query = from === undefined ? '' : `?${new URLSearchParams({ mount: digest, from }).toString()}`;
    const path = `blobs/uploads/${query}`;
    const response = await this.#empty(path, {
      method: 'POST',
      headers: { 'content-length': 0 },
      expected: from === undefined ? [202] : [201, 202],
      what: `upload of blob ${digest}`,
      signal,
    });
    if (response.statusCode === 201) return undefined;
    return { address: this.#location(response, this.#url(path)), offset: 0 };
  }

  async #append({ address, offset }: Begun, { blob, read, onProgress, signal }: Upload): Promise<URL> {
    if (offset >= blob.size) return address;
    const response = await this.#server.ask(address, {
      method: 'PATCH',
      headers: {
        'content-type': 'application/octet-stream',
        'content-length': blob.size - offset,
        ...(offset > 0 && { 'content-range': `${offset}-${blob.size - 1}` }),
      },
      body: () => counted(read(offset), offset, onProgress),
      expected: [202, 204],
      what: `upload of blob ${blob.digest}`,
      signal,
    });
    response.resume();
    return this.#location(response, address);
  }

  async #finish(address: URL, { blob: { digest }, signal }: Upload): Promise<void> {
    const url = new URL(address);
    url.searchParams.set('digest', digest);
    const what = `upload of blob ${digest}`;
    const headers = { 'content-length': 0 };
    const response = await this.#server.ask(url, {
      method: 'PUT',
      headers,
      expected: [201, 204],
      what,
      signal,
    });
    response.resume();
    this.#checkDigest(response, digest, what);
  }

  /** Returns undefined if the registry no longer has the upload. */
  async #resumed({ address }: Begun, { blob, signal }: Upload): Promise<Begun | undefined> {
    const response = await withRetries(this.#options.config.retries, signal, () =>
      this.#server.ask(address, { expected: [204, 404], what: `upload of blob ${blob.digest}`, signal }),
    );
    response.resume();
    if (response.statusCode === 404) return undefined;
    const last = /^(?:bytes=)?0-(\d+)$/.exec(String(response.headers['range'] ?? ''))?.[1];
    const offset = last === undefined ? 0 : Number(last) + 1;
    // distribution reports "0-0" for no bytes and for one.
    const known = offset > 1 && offset <= blob.size ? offset : 0;
    return known > 0 ? { address: this.#location(response, address), offset: known } : undefined;
  }

  /** Sends a request whose response has nothing to read. It may be repeated. */
  async #empty(resource: string, ask: Ask): Promise<IncomingMessage> {
    const response = await withRetries(this.#options.config.retries, ask.signal, () =>
      this.#server.ask(this.#url(resource), ask),
    );
    response.resume();
    return response;
  }

  #url(resource: string): URL {
    return this.#server.url(`${this.#options.reference.path}/${resource}`);
  }

  #location({ headers: { location } }: IncomingMessage, from: URL): URL {
    if (location === undefined)
      throw registryFailed(this.#server.host, 'expected the address of an upload, found none');
    try {
      return redirectTarget(from, location);
    } catch (error) {
      throw connectionError(error, this.#server.host);
    }
  }

  #checkDigest({ headers }: IncomingMessage, expected: string, what: string): void {
    const found = headers['docker-content-digest'];
    if (found === undefined || found === expected) return;
    throw new PouchError(
      'PCH_DIGEST_MISMATCH',
      `expected registry ${this.#server.host} to store ${expected} for the ${what}, found ${String(found)}`,
      { hint: 'the registry, or a proxy before it, changes content; ask its operator' },
    );
  }
}

async function* counted(
  chunks: AsyncIterable<Uint8Array>,
  offset: number,
  onProgress: (bytes: number) => void,
): AsyncGenerator<Uint8Array> {
  let sent = offset;
  for await (const chunk of chunks) {
    yield chunk;
    sent += chunk.length;
    onProgress(sent);
  }
}
