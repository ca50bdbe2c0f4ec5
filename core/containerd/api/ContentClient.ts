import {
  AbortRequest,
  ContentService,
  DeleteContentRequest,
  InfoRequest,
  ListContentRequest,
  ListStatusesRequest,
  ReadContentRequest,
  StatusRequest,
  UpdateRequest,
  type Info,
  type Status,
} from '../gen/services/content.ts';
import { PouchError } from '../../../hooks/errors.ts';
import { ContentWriter, type Ingest } from './ContentWriter.ts';
import { type BlobSource, type BlobToWrite, writeBlob } from './contentWrite.ts';
import { required } from '../rpc/required.ts';
import type { CallOptions, Rpc } from '../rpc/Rpc.ts';

export type { BlobSource, BlobToWrite, Info as ContentInfo, Ingest, Status as IngestStatus };

/** The part of a blob to read, in bytes. Default: all of it. */
export interface Range {
  offset?: number;
  size?: number;
}

/** Default limit of {@link ContentClient.readAll}: manifests and configs are far smaller. */
const defaultReadLimit = 8 << 20;

/** The blobs of images, by digest. */
export class ContentClient {
  readonly #rpc: Rpc;

  constructor(rpc: Rpc) {
    this.#rpc = rpc;
  }

  async info(digest: string, options?: CallOptions): Promise<Info> {
    const response = await this.#rpc.unary(ContentService.info, InfoRequest.create({ digest }), options);
    return required(response.info, 'the blob');
  }

  /**
   * Lists the blobs that match any of the filters, e.g.
   * `labels."containerd.io/distribution.source.docker.io"~=debian`.
   */
  async list(filters: readonly string[] = [], options?: CallOptions): Promise<Info[]> {
    const request = ListContentRequest.create({ filters: [...filters] });
    const found: Info[] = [];
    for await (const part of this.#rpc.serverStream(ContentService.list, request, options))
      found.push(...part.info);
    return found;
  }

  /** Sets labels. An empty value removes a label; labels that are not given stay. */
  async label(digest: string, labels: Record<string, string>, options?: CallOptions): Promise<Info> {
    const updateMask = Object.keys(labels).map((name) => `labels.${name}`);
    const request = UpdateRequest.create({ info: { digest, labels }, updateMask });
    return required((await this.#rpc.unary(ContentService.update, request, options)).info, 'the blob');
  }

  async delete(digest: string, options?: CallOptions): Promise<void> {
    await this.#rpc.unary(ContentService.delete, DeleteContentRequest.create({ digest }), options);
  }

  /** Streams a blob. */
  async *read(
    digest: string,
    range: Range = {},
    options?: CallOptions,
  ): AsyncGenerator<Buffer, void, undefined> {
    const request = ReadContentRequest.create({ digest, ...range });
    for await (const part of this.#rpc.serverStream(ContentService.read, request, options)) yield part.data;
  }

  /** Reads a small blob as a whole. @throws PCH_CONTENT_TOO_LARGE above `limit` bytes */
  async readAll(
    digest: string,
    { limit = defaultReadLimit, ...options }: CallOptions & { limit?: number } = {},
  ) {
    const parts: Buffer[] = [];
    let size = 0;
    for await (const part of this.read(digest, {}, { deadlineMs: 30_000, ...options })) {
      size += part.length;
      if (size > limit) throw tooLarge(digest, limit);
      parts.push(part);
    }
    return Buffer.concat(parts, size);
  }

  /** Returns the state of an unfinished ingest, such as the number of bytes written so far. */
  async status(ref: string, options?: CallOptions): Promise<Status> {
    const response = await this.#rpc.unary(ContentService.status, StatusRequest.create({ ref }), options);
    return required(response.status, 'the ingest');
  }

  /** Lists the unfinished ingests that match any of the filters, e.g. `ref~="^layer-"`. */
  async listStatuses(filters: readonly string[] = [], options?: CallOptions): Promise<Status[]> {
    const request = ListStatusesRequest.create({ filters: [...filters] });
    return (await this.#rpc.unary(ContentService.listStatuses, request, options)).statuses;
  }

  /** Deletes an unfinished ingest. */
  async abort(ref: string, options?: CallOptions): Promise<void> {
    await this.#rpc.unary(ContentService.abort, AbortRequest.create({ ref }), options);
  }

  /** Begins an ingest, or resumes the one with the same ref at the writer's `offset`. */
  openWriter(ingest: Ingest, options?: CallOptions): Promise<ContentWriter> {
    return ContentWriter.open(this.#rpc, ingest, options);
  }

  /** Writes a whole blob, resuming an earlier attempt. Returns at once if the blob exists. */
  write(blob: BlobToWrite, source: BlobSource, options?: CallOptions): Promise<void> {
    return writeBlob(this, blob, source, options);
  }
}

function tooLarge(digest: string, limit: number): PouchError {
  return new PouchError(
    'PCH_CONTENT_TOO_LARGE',
    `expected blob ${digest} to have at most ${limit} bytes, found more`,
    {
      hint: 'check that the digest is that of a manifest or an image configuration',
    },
  );
}
