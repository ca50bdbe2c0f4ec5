import { PouchError } from '../../../hooks/index.ts';
import { Request, Response } from '../gen/ttrpc.ts';
import { FrameReader } from './FrameReader.ts';
import {
  longestMessage,
  readTtrpcFrame,
  requestType,
  responseType,
  ttrpcForm,
  ttrpcFrame,
} from './ttrpcFrame.ts';

/** Requests without a response, late ones included, before further ones are refused. */
const mostUnanswered = 64;

export interface ClientCall {
  /** `nri.pkg.api.v1alpha1.Plugin` */
  readonly service: string;
  readonly method: string;
  readonly payload: Uint8Array;
  /** When it aborts, nobody waits for the response any more. */
  readonly signal: AbortSignal;
  /** Milliseconds that the server has. */
  readonly timeoutMs: number;
}

interface Pending {
  resolve(payload: Buffer): void;
  reject(error: Error): void;
}

/** The client's side of ttRPC, for unary calls, whatever carries its bytes. */
export class TtrpcClient {
  readonly #send: (bytes: Buffer) => void;
  readonly #reader = new FrameReader(ttrpcForm);
  /** By stream; undefined for a call that nobody waits for any more. */
  readonly #unanswered = new Map<number, Pending | undefined>();
  #nextStream = 1;
  #closed: PouchError | undefined;

  constructor(send: (bytes: Buffer) => void) {
    this.#send = send;
  }

  /**
   * Calls a method. A response after the abort of the signal is dropped.
   * @throws PCH_PLUGIN_FAILED with the server's message, PCH_NRI_NOT_CONNECTED, or the reason of the signal
   */
  async call({ service, method, payload, signal, timeoutMs }: ClientCall): Promise<Buffer> {
    signal.throwIfAborted();
    if (this.#closed) throw this.#closed;
    if (this.#unanswered.size >= mostUnanswered) throw tooMany();
    const timeoutNano = BigInt(Math.ceil(timeoutMs)) * 1_000_000n;
    const request = Request.create({ service, method, payload: Buffer.from(payload), timeoutNano });
    const body = Request.encode(request).finish();
    if (body.length > longestMessage) throw tooLong(method, body.length);
    const stream = this.#nextStream;
    // A client's streams are odd.
    this.#nextStream += 2;
    const response = this.#responseTo(stream, signal);
    this.#send(ttrpcFrame(stream, requestType, body));
    return await response;
  }

  /** @throws PCH_NRI_PROTOCOL, or Error for a message that cannot be decoded */
  receive(chunk: Buffer): void {
    for (const frame of this.#reader.push(chunk)) {
      const { stream, type, body } = readTtrpcFrame(frame);
      if (type !== responseType || !this.#unanswered.has(stream)) throw unexpected(type, stream);
      const pending = this.#unanswered.get(stream);
      this.#unanswered.delete(stream);
      const { status, payload } = Response.decode(body);
      if (status && status.code !== 0) pending?.reject(failed(status.message));
      else pending?.resolve(payload);
    }
  }

  /** Ends the calls that wait; later ones fail too. */
  close(error: PouchError): void {
    this.#closed ??= error;
    for (const pending of this.#unanswered.values()) pending?.reject(error);
    this.#unanswered.clear();
  }

  #responseTo(stream: number, signal: AbortSignal): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      const abort = () => {
        this.#unanswered.set(stream, undefined);
        reject(signal.reason as Error);
      };
      const settled = () => signal.removeEventListener('abort', abort);
      signal.addEventListener('abort', abort, { once: true });
      this.#unanswered.set(stream, {
        resolve: (payload) => (settled(), resolve(payload)),
        reject: (error) => (settled(), reject(error)),
      });
    });
  }
}

function failed(message: string): PouchError {
  return new PouchError('PCH_PLUGIN_FAILED', message || 'the plugin failed without a message');
}

function tooMany(): PouchError {
  return new PouchError(
    'PCH_NRI_NOT_CONNECTED',
    `the plugin has not responded to ${mostUnanswered} requests`,
    {
      hint: 'restart the plugin: it hangs',
    },
  );
}

function tooLong(method: string, length: number): PouchError {
  return new PouchError(
    'PCH_NRI_PROTOCOL',
    `expected a message of at most ${longestMessage} bytes for ${method}, found one of ${length}`,
  );
}

function unexpected(type: number, stream: number): PouchError {
  return new PouchError(
    'PCH_NRI_PROTOCOL',
    `expected a response to a request, found a frame of type ${type} for stream ${stream}`,
  );
}
