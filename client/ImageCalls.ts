import type { Readable } from 'node:stream';
import { filtersQuery } from './query.ts';
import type { Filters } from './query.ts';
import type { CallOptions, Transport } from './Transport.ts';
import type {
  AuthResponse,
  BootstrapRequest,
  CommitResponse,
  ImageDeleteEntry,
  ImageHistoryEntryWire,
  ImageInspect,
  ImageSearchResult,
  ImagesPruneResponse,
  ImageSummary,
  ProgressMessage,
  RegistryAuthWire,
} from './wire.ts';

/** Messages of a long operation; read it to the end, where it throws if the operation failed. */
export type ProgressStream = AsyncIterable<ProgressMessage>;

/** What to pull, and with which credentials. */
export interface PullOptions {
  /** The reference without tag and digest: `debian`. */
  name: string;
  /** Tag, or digest with `sha256:`; undefined for all tags. */
  tag?: string;
  platform?: string;
  auth?: RegistryAuthWire;
  signal?: AbortSignal;
}

/** What to push, and with which credentials. */
export interface PushOptions {
  /** The reference without tag. */
  name: string;
  /** Missing: all tags. */
  tag?: string;
  auth?: RegistryAuthWire;
  signal?: AbortSignal;
}

/** How the image of an imported root file system is made. */
export interface ImportOptions {
  /** The reference without tag; missing: the image has no name. */
  name?: string;
  tag?: string;
  /** `os/arch[/variant]`; missing: the daemon's. */
  platform?: string;
  /** Of the image's history. */
  message?: string;
  /** Instructions of a Dockerfile: `CMD ["/sbin/init"]`. */
  changes?: readonly string[];
  signal?: AbortSignal;
}

/** How the image of a container is made. */
export interface CommitQuery {
  /** Its name or id. */
  container: string;
  /** The reference without tag; missing: the image has no name. */
  repo?: string;
  tag?: string;
  author?: string;
  comment?: string;
  /** Missing: true. */
  pause?: boolean;
  /** Instructions of a Dockerfile. */
  changes?: readonly string[];
}

/** Calls on images. A progress stream ends with the call; a failure after its start is a message with `error`. */
export class ImageCalls {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** Images of the host. */
  list(options: { all?: boolean; digests?: boolean; filters?: Filters } = {}): Promise<ImageSummary[]> {
    const query = { ...options, filters: filtersQuery(options.filters) };
    return this.#transport.json('GET', '/images/json', { query });
  }

  /** Makes an image of what a container has written, without its volumes, and of its configuration. */
  commit({ changes = [], ...given }: CommitQuery): Promise<CommitResponse> {
    return this.#transport.json('POST', `/commit?${parametersOf(given, changes)}`);
  }

  /** All that pouchd knows of an image. */
  inspect(ref: string): Promise<ImageInspect> {
    return this.#transport.json('GET', imagePath(ref, 'json'));
  }

  /** The steps that built an image, the newest first. */
  history(ref: string): Promise<ImageHistoryEntryWire[]> {
    return this.#transport.json('GET', imagePath(ref, 'history'));
  }

  /** Adds a reference to an image. */
  async tag(ref: string, target: { repo: string; tag?: string }): Promise<void> {
    await this.#transport.json('POST', imagePath(ref, 'tag'), { query: target });
  }

  /** Removes a reference, or by id an image. */
  remove(ref: string, options: { force?: boolean; noprune?: boolean } = {}): Promise<ImageDeleteEntry[]> {
    return this.#transport.json('DELETE', imagePath(ref), { query: options });
  }

  /** Removes images that no container uses; by default those without a tag. */
  prune(filters?: Filters): Promise<ImagesPruneResponse> {
    return this.#transport.json('POST', '/images/prune', { query: { filters: filtersQuery(filters) } });
  }

  /** Fetches an image; the stream reports the progress, and throws if the pull fails. */
  pull(options: PullOptions): Promise<ProgressStream> {
    const query = { fromImage: options.name, tag: options.tag, platform: options.platform };
    const headers = options.auth && { 'x-registry-auth': encodeAuth(options.auth) };
    return this.#progress('/images/create', { query, ...(headers && { headers }) }, options.signal);
  }

  /** Sends an image to its registry; the stream reports the progress, and throws if the push fails. */
  push({ name, tag, auth, signal }: PushOptions): Promise<ProgressStream> {
    // Registries may require the header, even if it is empty.
    const headers = { 'x-registry-auth': encodeAuth(auth ?? {}) };
    return this.#progress(imagePath(name, 'push'), { query: { tag }, headers }, signal);
  }

  /** Checks that a registry accepts credentials. */
  login(auth: RegistryAuthWire): Promise<AuthResponse> {
    return this.#transport.json('POST', '/auth', { body: auth });
  }

  /** Searches a registry: `TERM` or `HOST/TERM`. */
  search(
    term: string,
    { limit, filters, auth }: { limit?: number; filters?: Filters; auth?: RegistryAuthWire } = {},
  ): Promise<ImageSearchResult[]> {
    const query = { term, limit, filters: filtersQuery(filters) };
    const headers = auth && { 'x-registry-auth': encodeAuth(auth) };
    return this.#transport.json('GET', '/images/search', { query, ...(headers && { headers }) });
  }

  /** Loads a tar archive (OCI layout or Docker's), compressed or not. */
  load(archive: Readable, options: { quiet?: boolean; signal?: AbortSignal } = {}): Promise<ProgressStream> {
    const headers = { 'content-type': 'application/x-tar' };
    const call = { query: { quiet: options.quiet ?? false }, upload: archive, headers };
    return this.#progress('/images/load', call, options.signal);
  }

  /** Makes an image from the tar of a root file system, compressed or not. */
  import(tar: Readable, options: ImportOptions = {}): Promise<ProgressStream> {
    const { name, tag, platform, message, changes = [], signal } = options;
    const query = parametersOf({ fromSrc: '-', repo: name, tag, platform, message }, changes);
    const call = { upload: tar, headers: { 'content-type': 'application/x-tar' } };
    return this.#progress(`/images/create?${query}`, call, signal);
  }

  /** Returns a tar archive of the images. */
  save(refs: string[], signal?: AbortSignal): Promise<Readable> {
    const query = new URLSearchParams(refs.map((ref): [string, string] => ['names', ref]));
    return this.#transport.bytes('GET', `/images/get?${query.toString()}`, { ...(signal && { signal }) });
  }

  /** Makes a base image from the packages of a distribution. */
  bootstrap(body: BootstrapRequest, signal?: AbortSignal): Promise<ProgressStream> {
    return this.#progress('/pouch/images/bootstrap', { body }, signal);
  }

  #progress(path: string, call: CallOptions, signal?: AbortSignal): Promise<ProgressStream> {
    return this.#transport.lines<ProgressMessage>('POST', path, { ...call, ...(signal && { signal }) });
  }
}

/** Slashes and colons of a reference are not escaped in the API's paths. */
function imagePath(ref: string, verb?: string): string {
  const path = `/images/${encodeURIComponent(ref).replaceAll('%2F', '/').replaceAll('%3A', ':')}`;
  return verb === undefined ? path : `${path}/${verb}`;
}

function encodeAuth(auth: RegistryAuthWire): string {
  return Buffer.from(JSON.stringify(auth)).toString('base64url');
}

/** The changes are one parameter each. */
function parametersOf(
  given: Readonly<Record<string, string | boolean | undefined>>,
  changes: readonly string[],
): string {
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries(given)) if (value !== undefined) query.append(key, String(value));
  for (const change of changes) query.append('changes', change);
  return query.toString();
}
