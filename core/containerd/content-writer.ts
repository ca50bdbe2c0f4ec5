import { type ClientDuplexStream, type ServiceError, status } from '@grpc/grpc-js';
import { setTimeout as delay } from 'node:timers/promises';
import { PouchError } from '../../hooks/errors.ts';
import {
  ContentService,
  WriteAction,
  WriteContentRequest,
  type WriteContentResponse,
} from './gen/services/content.ts';
import { type CallOptions, type Rpc, failure, onAbort, throwIfAborted } from './rpc.ts';

/** A blob in the making. */
export interface Ingest {
  /** Names the ingest, so that a later attempt can find it. */
  ref: string;
  /** Expected size in bytes. */
  total?: number;
  /** Expected digest; PCH_CONTAINERD_ALREADY_EXISTS if the blob is there. */
  expected?: string;
}

export interface Commit {
  size?: number;
  digest?: string;
  labels?: Record<string, string>;
}

type WriteCall = ClientDuplexStream<WriteContentRequest, WriteContentResponse>;

/** Bytes per message: above it the copy dominates, and containerd takes at most 16 MiB. */
const maxMessageBytes = 1 << 20;

/** Messages that may be on the way; enough to hide the round trip, little enough to bound memory. */
const maxInFlight = 4;

/** How long a close waits for containerd to take what was sent, in milliseconds. */
const closeWithinMs = 5_000;

/** How long containerd may hold the ref of a stream that broke, in milliseconds. */
const lockWaitMs = 10_000;

/** One Write stream: takes bytes in order, then commits them as a blob. Always {@link close} it. */
export class ContentWriter {
  readonly #call: WriteCall;
  readonly #answers: AsyncIterator<WriteContentResponse>;
  readonly #ref: string;
  readonly #signal: AbortSignal | undefined;
  readonly #stopListening: () => void;
  #inFlight = 0;
  /** Bytes that containerd has or that are on the way to it. */
  offset = 0;

  private constructor(rpc: Rpc, ref: string, options: CallOptions) {
    this.#call = rpc.duplex(ContentService.write, options);
    // Errors are taken from the iterator; this listener keeps a late one from ending the process.
    this.#call.on('error', () => undefined);
    this.#answers = this.#call[Symbol.asyncIterator]() as AsyncIterator<WriteContentResponse>;
    this.#ref = ref;
    this.#signal = options.signal;
    this.#stopListening = onAbort(options.signal, () => this.#call.cancel());
  }

  /** Opens the ingest and learns its offset; waits for the lock that a broken stream may still hold. */
  static async open(rpc: Rpc, ingest: Ingest, options: CallOptions = {}): Promise<ContentWriter> {
    const giveUpAt = performance.now() + lockWaitMs;
    for (;;) {
      throwIfAborted(options.signal, ContentService.write.path);
      const writer = new ContentWriter(rpc, ingest.ref, options);
      try {
        await writer.#stat(ingest);
        return writer;
      } catch (error) {
        await writer.close();
        if (!isLocked(error) || performance.now() > giveUpAt) throw error;
        await delay(50);
      }
    }
  }

  /** Appends bytes. */
  async write(bytes: Uint8Array): Promise<void> {
    for (let start = 0; start < bytes.length; start += maxMessageBytes) {
      await this.#append(bytes.subarray(start, start + maxMessageBytes));
    }
  }

  /** Makes the bytes a blob, after containerd has checked size and digest. Ends the writer. */
  async commit({ size = 0, digest = '', labels = {} }: Commit): Promise<void> {
    while (this.#inFlight > 0) await this.#answer();
    this.#send({ action: WriteAction.COMMIT, offset: this.offset, total: size, expected: digest, labels });
    await this.#answer();
  }

  /**
   * Ends the stream and lets containerd keep what was sent: an uncommitted ingest can be resumed or aborted afterwards.
   * Does not fail, and does not wait for a containerd that is stuck.
   */
  async close(): Promise<void> {
    this.#call.end();
    const tooLate = setTimeout(() => this.#call.cancel(), closeWithinMs);
    try {
      while (!(await this.#answers.next()).done);
    } catch {
      // Cancelled or broken: it has ended either way.
    } finally {
      clearTimeout(tooLate);
      this.#stopListening();
      this.#call.cancel();
    }
  }

  async #stat({ ref, total = 0, expected = '' }: Ingest): Promise<void> {
    this.#send({ action: WriteAction.STAT, ref, total, expected });
    this.offset = (await this.#answer()).offset;
  }

  async #append(data: Uint8Array): Promise<void> {
    if (this.#inFlight >= maxInFlight) await this.#answer();
    this.#send({
      action: WriteAction.WRITE,
      offset: this.offset,
      data: Buffer.from(data.buffer, data.byteOffset, data.length),
    });
    this.offset += data.length;
  }

  #send(request: Partial<WriteContentRequest>): void {
    this.#inFlight += 1;
    // After an error of the server, writing is refused too; the answer tells the reason.
    if (this.#call.writable) this.#call.write(WriteContentRequest.create({ ref: this.#ref, ...request }));
  }

  async #answer(): Promise<WriteContentResponse> {
    try {
      const { value, done } = await this.#answers.next();
      if (done) throw endedEarly(this.#ref);
      this.#inFlight -= 1;
      return value;
    } catch (error) {
      throw failure(error, ContentService.write.path, this.#signal);
    }
  }
}

/** containerd says UNAVAILABLE for a ref that another stream writes to. */
function isLocked(error: unknown): boolean {
  if (!(error instanceof PouchError) || error.code !== 'PCH_CONTAINERD_UNAVAILABLE') return false;
  const cause = error.cause as ServiceError;
  return cause.code === status.UNAVAILABLE && cause.details.includes('locked');
}

function endedEarly(ref: string): PouchError {
  return new PouchError(
    'PCH_CONTAINERD_FAILED',
    `containerd ended the write of ${ref} before it was complete`,
    {
      hint: 'See the log of containerd for the reason, then try again.',
    },
  );
}
