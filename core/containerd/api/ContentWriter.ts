import { type ClientDuplexStream, type ServiceError, status } from '@grpc/grpc-js';
import { setTimeout as delay } from 'node:timers/promises';
import { hasCode, PouchError } from '../../../hooks/errors.ts';
import { WriteAction, type WriteContentResponse } from '../gen/services/content.ts';
import { happensWithin } from '../../wait/deadline.ts';
import { onAbort } from '../../wait/onAbort.ts';
import { type CallOptions, type Rpc, failure, throwIfAborted } from '../rpc/Rpc.ts';
import { transfers } from '../rpc/Transfers.ts';
import { type WriteMessage, writeMethod } from '../rpc/writeMessage.ts';

/** A blob that is being written. */
export interface Ingest {
  /** Names the ingest, so that a later attempt can find it. */
  ref: string;
  /** Expected size in bytes. */
  total?: number;
  /** Expected digest. A blob that exists is PCH_CONTAINERD_ALREADY_EXISTS. */
  expected?: string;
}

export interface Commit {
  size?: number;
  digest?: string;
  labels?: Record<string, string>;
}

/** Bytes per message: small ones cost a round trip each, and containerd takes at most 16 MiB. */
const messageBytes = 1 << 20;

/** Messages that may be in flight: enough to hide the round trip, few enough to bound memory. */
const maxInFlight = 4;

/** How long a close waits for containerd to receive what was sent, in milliseconds. */
const closeWithinMs = 5_000;

/** How long containerd may keep the ref of a broken stream locked, in milliseconds. */
const lockWaitMs = 10_000;

/** A Write stream that takes bytes in order and then commits them as a blob. It must be {@link close}d. */
export class ContentWriter {
  readonly #call: ClientDuplexStream<WriteMessage, WriteContentResponse>;
  readonly #responses: AsyncIterator<WriteContentResponse>;
  readonly #ref: string;
  readonly #signal: AbortSignal | undefined;
  readonly #stopListening: () => void;
  readonly #endTransfer: () => void;
  #inFlight = 0;
  /** Bytes that were sent. */
  #sent = 0;
  #pending: Uint8Array[] = [];
  #pendingBytes = 0;

  private constructor(rpc: Rpc, ref: string, options: CallOptions) {
    this.#call = rpc.duplex(writeMethod, options);
    // Errors come from the iterator; without this listener, a late one would end the process.
    this.#call.on('error', () => undefined);
    this.#responses = this.#call[Symbol.asyncIterator]() as AsyncIterator<WriteContentResponse>;
    this.#ref = ref;
    this.#signal = options.signal;
    this.#stopListening = onAbort(options.signal, () => this.#call.cancel());
    // Last: what has thrown is not closed.
    this.#endTransfer = transfers.begin();
  }

  /** Opens the ingest and reads its offset. Waits for the lock that a broken stream may still hold. */
  static async open(rpc: Rpc, ingest: Ingest, options: CallOptions = {}): Promise<ContentWriter> {
    const giveUpAt = performance.now() + lockWaitMs;
    for (;;) {
      throwIfAborted(options.signal, writeMethod.path);
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

  /** Offset of the next byte. Directly after opening: the bytes that an earlier writer has written. */
  get offset(): number {
    return this.#sent + this.#pendingBytes;
  }

  /** Appends bytes. The caller must not change them until the writer is closed. */
  async write(bytes: Uint8Array): Promise<void> {
    for (let start = 0; start < bytes.length; start += messageBytes) {
      const piece = bytes.subarray(start, start + messageBytes);
      this.#pending.push(piece);
      this.#pendingBytes += piece.length;
      if (this.#pendingBytes >= messageBytes) await this.#flush();
    }
  }

  /** Commits the bytes as a blob; containerd checks size and digest. */
  async commit({ size = 0, digest = '', labels = {} }: Commit): Promise<void> {
    await this.#flush();
    while (this.#inFlight > 0) await this.#nextResponse();
    this.#send({ action: WriteAction.COMMIT, offset: this.#sent, total: size, expected: digest, labels });
    await this.#nextResponse();
  }

  /**
   * Ends the stream. containerd keeps what was written: an uncommitted ingest can be resumed or aborted afterwards.
   * Never rejects, and does not wait for a containerd that is stuck.
   */
  async close(): Promise<void> {
    // Cancelled or broken, the stream has ended too.
    await happensWithin(this.#end(), closeWithinMs).catch(() => undefined);
    this.#stopListening();
    this.#call.cancel();
    this.#endTransfer();
  }

  async #end(): Promise<void> {
    await this.#flush();
    this.#call.end();
    while (!(await this.#responses.next()).done);
  }

  async #stat({ ref, total = 0, expected = '' }: Ingest): Promise<void> {
    this.#send({ action: WriteAction.STAT, ref, total, expected });
    this.#sent = (await this.#nextResponse()).offset;
  }

  async #flush(): Promise<void> {
    if (this.#pendingBytes === 0) return;
    if (this.#inFlight >= maxInFlight) await this.#nextResponse();
    this.#send({ action: WriteAction.WRITE, offset: this.#sent, data: this.#pending });
    this.#sent += this.#pendingBytes;
    this.#pending = [];
    this.#pendingBytes = 0;
  }

  #send(message: WriteMessage): void {
    this.#inFlight += 1;
    // After a server error, writing fails too; the next response has the reason.
    if (this.#call.writable) this.#call.write({ ref: this.#ref, ...message });
  }

  async #nextResponse(): Promise<WriteContentResponse> {
    try {
      const { value, done } = await this.#responses.next();
      if (done) throw endedEarly(this.#ref);
      this.#inFlight -= 1;
      return value;
    } catch (error) {
      throw failure(error, writeMethod.path, this.#signal);
    }
  }
}

/** containerd reports a ref that another stream writes to as UNAVAILABLE. */
function isLocked(error: unknown): boolean {
  if (!hasCode(error, 'PCH_CONTAINERD_UNAVAILABLE')) return false;
  const cause = error.cause as ServiceError;
  return cause.code === status.UNAVAILABLE && cause.details.includes('locked');
}

function endedEarly(ref: string): PouchError {
  return new PouchError(
    'PCH_CONTAINERD_FAILED',
    `containerd ended the write of ${ref} before the blob was complete`,
    {
      hint: 'see the log of containerd for the reason, then try again',
    },
  );
}
