import type { Readable } from 'node:stream';
import { jsonLines } from './jsonLines.ts';
import { filtersQuery } from './query.ts';
import type { Filters } from './query.ts';
import type { CallOptions, Transport } from './Transport.ts';
import type {
  BootstrapRequest,
  ImageDeleteEntry,
  ImageHistoryEntryWire,
  ImageInspect,
  ImagesPruneResponse,
  ImageSummary,
  ProgressMessage,
  RegistryAuthWire,
} from './wire.ts';

export type ProgressStream = AsyncIterable<ProgressMessage>;

export interface PullOptions {
  /** A reference without tag, tag or digest apart: `debian`, `bookworm`. */
  name: string;
  /** Tag, or digest with `sha256:`; undefined for every tag. */
  tag?: string;
  platform?: string;
  auth?: RegistryAuthWire;
  signal?: AbortSignal;
}

/** Calls on images. Streams of progress end with the call; an error in the middle is a message with `error`. */
export class ImageCalls {
  private readonly transport: Transport;

  constructor(transport: Transport) {
    this.transport = transport;
  }

  list(options: { all?: boolean; digests?: boolean; filters?: Filters } = {}): Promise<ImageSummary[]> {
    const query = { ...options, filters: filtersQuery(options.filters) };
    return this.transport.json('GET', '/images/json', { query });
  }

  inspect(ref: string): Promise<ImageInspect> {
    return this.transport.json('GET', imagePath(ref, 'json'));
  }

  history(ref: string): Promise<ImageHistoryEntryWire[]> {
    return this.transport.json('GET', imagePath(ref, 'history'));
  }

  async tag(ref: string, target: { repo: string; tag?: string }): Promise<void> {
    await this.transport.json('POST', imagePath(ref, 'tag'), { query: target });
  }

  remove(ref: string, options: { force?: boolean; noprune?: boolean } = {}): Promise<ImageDeleteEntry[]> {
    return this.transport.json('DELETE', imagePath(ref), { query: options });
  }

  prune(filters?: Filters): Promise<ImagesPruneResponse> {
    return this.transport.json('POST', '/images/prune', { query: { filters: filtersQuery(filters) } });
  }

  pull(options: PullOptions): Promise<ProgressStream> {
    const query = { fromImage: options.name, tag: options.tag, platform: options.platform };
    const headers = options.auth && { 'x-registry-auth': encodeAuth(options.auth) };
    return this.progress('/images/create', { query, ...(headers && { headers }) }, options.signal);
  }

  /** Sends a tar archive (OCI layout or Docker's), compressed or not. */
  load(archive: Readable, options: { quiet?: boolean; signal?: AbortSignal } = {}): Promise<ProgressStream> {
    const headers = { 'content-type': 'application/x-tar' };
    const call = { query: { quiet: options.quiet ?? false }, upload: archive, headers };
    return this.progress('/images/load', call, options.signal);
  }

  /** A tar archive of the images. */
  save(refs: string[], signal?: AbortSignal): Promise<Readable> {
    const query = new URLSearchParams(refs.map((ref): [string, string] => ['names', ref]));
    return this.transport.open('GET', `/images/get?${query.toString()}`, { ...(signal && { signal }) });
  }

  bootstrap(body: BootstrapRequest, signal?: AbortSignal): Promise<ProgressStream> {
    return this.progress('/pouch/images/bootstrap', { body }, signal);
  }

  private async progress(path: string, call: CallOptions, signal?: AbortSignal): Promise<ProgressStream> {
    const response = await this.transport.open('POST', path, { ...call, ...(signal && { signal }) });
    return jsonLines<ProgressMessage>(response);
  }
}

/** Slashes of a reference stay: the API's paths have them. */
function imagePath(ref: string, verb?: string): string {
  const path = `/images/${encodeURIComponent(ref).replaceAll('%2F', '/').replaceAll('%3A', ':')}`;
  return verb === undefined ? path : `${path}/${verb}`;
}

function encodeAuth(auth: RegistryAuthWire): string {
  return Buffer.from(JSON.stringify(auth)).toString('base64url');
}
