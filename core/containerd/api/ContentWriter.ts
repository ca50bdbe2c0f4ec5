import { type ClientDuplexStream, type ServiceError, status } from '@grpc/grpc-js';
import { setTimeout as delay } from 'node:timers/promises';
import { PouchError } from '../../../hooks/errors.ts';
import { WriteAction, type WriteContentResponse } from '../gen/services/content.ts';
import { onAbort } from '../../wait/onAbort.ts';
import { type CallOptions, type Rpc, failure, throwIfAborted } from '../rpc/Rpc.ts';
import { type WriteMessage, writeMethod } from '../rpc/writeMessage.ts';

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

/** Bytes per message: small ones cost a round trip each, and containerd takes at most 16 MiB. */
const messageBytes = 1 << 20;

/** Messages that may be on the way; enough to hide the round trip, little enough to bound memory. */
const maxInFlight = 4;

/** How long a close waits for containerd to take what was sent, in milliseconds. */
const closeWithinMs = 5_000;

/** How long containerd may hold the ref of a stream that broke, in milliseconds. */
const lockWaitMs = 10_000;

/** One Write stream: takes bytes in order, then commits them as a blob. Always {@link close} it. */
export class ContentWriter {
  readonly #call: ClientDuplexStream<WriteMessage, WriteContentResponse>;
  readonly #answers: AsyncIterator<WriteContentResponse>;
  readonly #ref: string;
  readonly #signal: AbortSignal | undefined;
  readonly #stopListening: () => void;
  #inFlight = 0;
  /** Bytes that were sent. */
  #sent = 0;
  #pending: Uint8Array[] = [];
  #pendingBytes = 0;

  private constructor(rpc: Rpc, ref: string, options: CallOptions) {
    this.#call = rpc.duplex(writeMethod, options);
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

  /** Where the next byte goes. After opening: what an earlier writer left. */
  get offset(): number {
    return this.#sent + this.#pendingBytes;
  }

  /** Appends bytes, which must not be changed until the writer is closed. */
  async write(bytes: Uint8Array): Promise<void> {
    for (let start = 0; start < bytes.length; start += messageBytes) {
      const piece = bytes.subarray(start, start + messageBytes);
      this.#pending.push(piece);
      this.#pendingBytes += piece.length;
      if (this.#pendingBytes >= messageBytes) await this.#flush();
    }
  }

  /** Makes the bytes a blob, after containerd has checked size and digest. */
  async commit({ size = 0, digest = '', labels = {} }: Commit): Promise<void> {
    await this.#flush();
    while (this.#inFlight > 0) await this.#answer();
    this.#send({ action: WriteAction.COMMIT, offset: this.#sent, total: size, expected: digest, labels });
    await this.#answer();
  }

  /**
   * Ends the stream and lets containerd keep what was written: an uncommitted ingest can be resumed or aborted
   * afterwards. Does not fail, and does not wait for a containerd that is stuck.
   */
  async close(): Promise<void> {
    const tooLate = setTimeout(() => this.#call.cancel(), closeWithinMs);
    try {
      await this.#flush();
      this.#call.end();
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
    this.#sent = (await this.#answer()).offset;
  }

  async #flush(): Promise<void> {
    if (this.#pendingBytes === 0) return;
    if (this.#inFlight >= maxInFlight) await this.#answer();
    this.#send({ action: WriteAction.WRITE, offset: this.#sent, data: this.#pending });
    this.#sent += this.#pendingBytes;
    this.#pending = [];
    this.#pendingBytes = 0;
  }

  #send(message: WriteMessage): void {
    this.#inFlight += 1;
    // After an error of the server, writing is refused too; the answer tells the reason.
    if (this.#call.writable) this.#call.write({ ref: this.#ref, ...message });
  }

  async #answer(): Promise<WriteContentResponse> {
    try {
      const { value, done } = await this.#answers.next();
      if (done) throw endedEarly(this.#ref);
      this.#inFlight -= 1;
      return value;
    } catch (error) {
      throw failure(error, writeMethod.path, this.#signal);
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
