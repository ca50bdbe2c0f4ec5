/** Calls of the API of buildkitd: moby.buildkit.v1.Control, and containerd’s Content for what it has built. */
import {
  Client,
  type ClientReadableStream,
  credentials,
  Metadata,
  type ServiceError,
  status,
} from '@grpc/grpc-js';
import type { Duplex } from 'node:stream';
import { type BuildCacheRecord, PouchError } from '../../hooks/index.ts';
import { connectionOver } from './grpcStream.ts';
import { encode, Message } from './wire.ts';

const control = '/moby.buildkit.v1.Control';
export const contentService = '/containerd.services.content.v1.Content';
/** Bytes of a manifest or a configuration. */
const mostJson = 16 << 20;

const same = (bytes: Buffer): Buffer => bytes;

export class ControlClient {
  readonly #client: Client;

  constructor(socket: string) {
    const limits = { 'grpc.max_receive_message_length': -1, 'grpc.max_send_message_length': -1 };
    this.#client = new Client(`unix:${socket}`, credentials.createInsecure(), limits);
  }

  close(): void {
    this.#client.close();
  }

  /** Resolves once it serves. */
  async waitUntilReady(ms: number): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#client.waitForReady(Date.now() + ms, (error) => (error ? reject(error) : resolve()));
    });
  }

  /** @throws PCH_BUILD_FAILED in the words of BuildKit */
  async solve(request: Buffer, signal?: AbortSignal): Promise<Message> {
    return await this.#unary(`${control}/Solve`, request, signal);
  }

  /** The progress of a build, until it ends. */
  async *status(ref: string, signal: AbortSignal): AsyncGenerator<Buffer> {
    yield* this.#stream(`${control}/Status`, encode([[1, ref]]), signal);
  }

  /** A connection to the daemon, by which it calls the services that the headers name. */
  session(headers: Readonly<Record<string, string | readonly string[] | undefined>>): Duplex {
    const metadata = new Metadata();
    for (const [name, value] of Object.entries(headers)) {
      if (!/^x-docker-expose-session-/i.test(name) || value === undefined) continue;
      for (const one of typeof value === 'string' ? [value] : value) metadata.add(name.toLowerCase(), one);
    }
    return connectionOver(this.#client.makeBidiStreamRequest(`${control}/Session`, same, same, metadata));
  }

  /** @throws PCH_BUILD_FAILED for a blob that it does not have */
  async *read(digest: string): AsyncGenerator<Uint8Array> {
    for await (const part of this.#stream(`${contentService}/Read`, encode([[1, digest]])))
      yield new Message(part).bytes(2);
  }

  /** Repositories that it knows a blob of; none if it does not have the blob. */
  async sources(digest: string): Promise<string[]> {
    const reply = await this.#unary(`${contentService}/Info`, encode([[1, digest]])).catch(() => undefined);
    const labels = reply ? new Message(reply.bytes(1)).map(5) : {};
    return Object.entries(labels).flatMap(([label, names]) => {
      const [, host] = label.split('containerd.io/distribution.source.');
      return host === undefined ? [] : names.split(',').map((name) => `${host}/${name}`);
    });
  }

  async has(digest: string): Promise<boolean> {
    return await this.#unary(`${contentService}/Info`, encode([[1, digest]])).then(
      () => true,
      () => false,
    );
  }

  async readJson(digest: string): Promise<{ value: unknown; bytes: Buffer }> {
    const parts: Uint8Array[] = [];
    let size = 0;
    for await (const part of this.read(digest)) {
      size += part.length;
      if (size > mostJson)
        throw new PouchError('PCH_BUILD_FAILED', `${digest} of BuildKit is larger than expected`);
      parts.push(part);
    }
    const bytes = Buffer.concat(parts);
    return { value: JSON.parse(bytes.toString('utf8')), bytes };
  }

  async diskUsage(): Promise<BuildCacheRecord[]> {
    const reply = await this.#unary(`${control}/DiskUsage`, Buffer.alloc(0));
    return reply.all(1).map(recordOf);
  }

  /** Resolves to what was removed. */
  async prune({ all, keepBytes, unusedForMs }: PruneOptions): Promise<BuildCacheRecord[]> {
    const request = encode([
      [2, all],
      [3, Math.round(unusedForMs * 1e6)],
      [4, keepBytes],
    ]);
    const removed: BuildCacheRecord[] = [];
    for await (const part of this.#stream(`${control}/Prune`, request)) removed.push(recordOf(part));
    return removed;
  }

  async #unary(path: string, request: Buffer, signal?: AbortSignal): Promise<Message> {
    return await new Promise<Message>((resolve, reject) => {
      const call = this.#client.makeUnaryRequest(path, same, same, request, (error, reply) => {
        signal?.removeEventListener('abort', cancel);
        if (error) reject(signal?.aborted ? (signal.reason as Error) : failure(error));
        else resolve(new Message(reply ?? Buffer.alloc(0)));
      });
      const cancel = () => call.cancel();
      signal?.addEventListener('abort', cancel);
      if (signal?.aborted) cancel();
    });
  }

  async *#stream(path: string, request: Buffer, signal?: AbortSignal): AsyncGenerator<Buffer> {
    const call: ClientReadableStream<Buffer> = this.#client.makeServerStreamRequest(
      path,
      same,
      same,
      request,
    );
    const cancel = () => call.cancel();
    signal?.addEventListener('abort', cancel);
    if (signal?.aborted) cancel();
    try {
      for await (const part of call) yield part as Buffer;
    } catch (error) {
      throw signal?.aborted ? signal.reason : failure(error as ServiceError);
    } finally {
      signal?.removeEventListener('abort', cancel);
      call.cancel();
    }
  }
}

export interface PruneOptions {
  all: boolean;
  keepBytes: number;
  unusedForMs: number;
}

/** UsageRecord. */
function recordOf(bytes: Uint8Array): BuildCacheRecord {
  const record = new Message(bytes);
  const time = (number: number) => {
    const stamp = new Message(record.bytes(number));
    return stamp.integer(1) * 1000 + Math.floor(stamp.integer(2) / 1e6);
  };
  const parents = record.all(12).map((one) => Buffer.from(one).toString('utf8'));
  return {
    id: record.text(1),
    parents: parents.length > 0 ? parents : record.text(5) === '' ? [] : [record.text(5)],
    isInUse: record.integer(3) !== 0,
    isShared: record.integer(11) !== 0,
    size: record.integer(4),
    type: record.text(10),
    description: record.text(9),
    usageCount: record.integer(8),
    createdAt: time(6),
    ...(record.bytes(7).length > 0 && { lastUsedAt: time(7) }),
  };
}

function failure({ code, details, message }: ServiceError): PouchError {
  const said = (details || message).slice(0, 4000);
  if (/no space left on device/i.test(said))
    return new PouchError('PCH_DISK_FULL', `no space left for BuildKit: ${said}`, {
      hint: 'free space on the disk of pouchd’s root; `pouch builder prune` empties the build cache',
    });
  if (code === status.UNAVAILABLE) return new PouchError('PCH_BUILD_FAILED', `buildkitd has ended: ${said}`);
  return new PouchError('PCH_BUILD_FAILED', said);
}
