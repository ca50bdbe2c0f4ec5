import {
  type CallOptions as GrpcCallOptions,
  Client,
  type ClientDuplexStream,
  Metadata,
  type ServiceError,
  credentials,
  status,
} from '@grpc/grpc-js';
import { PouchError } from '../../../hooks/errors.ts';
import { withDeadline } from '../../wait/deadline.ts';
import { onAbort } from '../../wait/onAbort.ts';
import { abortError, deadlineError, rpcError } from './rpcError.ts';

/** The part of a generated method definition that a client needs. */
export interface Method<Request, Response> {
  readonly path: string;
  readonly requestSerialize: (value: Request) => Buffer;
  readonly responseDeserialize: (bytes: Buffer) => Response;
}

/** Options of every call. */
export interface CallOptions {
  /** containerd namespace; default: the client's. */
  namespace?: string;
  /** Id of the lease for the objects that the call creates. */
  lease?: string;
  /** Milliseconds until the call fails with PCH_DEADLINE; "none" waits for ever. */
  deadlineMs?: number | 'none';
  /**
   * Who ends a late call: `server` gets the deadline with the request; `client` cancels the call. Default: `server`.
   */
  deadlineAt?: 'client' | 'server';
  /** Cancels the call, which then fails with the reason (if a PouchError) or PCH_CANCELLED. */
  signal?: AbortSignal;
}

/** Default deadline of a unary call, in milliseconds. */
const defaultDeadlineMs = 30_000;

/** The time of a restart of containerd on a slow host, in milliseconds. */
const restartMs = 2_000;

/** Lists of many containers may be large. (containerd itself receives at most 16 MiB.) */
const maxReceiveBytes = 64 << 20;

const channelOptions = {
  'grpc.max_receive_message_length': maxReceiveBytes,
  'grpc.max_send_message_length': 16 << 20,
  // Reconnect quickly to a restarted containerd: the socket is local, so an attempt is cheap.
  'grpc.initial_reconnect_backoff_ms': 50,
  'grpc.min_reconnect_backoff_ms': 50,
  'grpc.max_reconnect_backoff_ms': 500,
  'grpc.use_local_subchannel_pool': 1,
  // The default window of 64 KiB makes reading a blob wait for a round trip every few chunks.
  'grpc-node.flow_control_window': 4 << 20,
};

/** A connection to a containerd, opened by the first call and again after it is lost, until it is closed. */
export class Rpc {
  readonly address: string;
  readonly namespace: string;
  #client: Client | undefined;
  #isClosed = false;

  /** `address` is the path of containerd's unix socket. */
  constructor(address: string, namespace: string) {
    this.address = address;
    this.namespace = namespace;
  }

  /** One request, one response. A call that found no connection is repeated once if containerd is back soon. */
  async unary<Request, Response>(
    method: Method<Request, Response>,
    request: Request,
    options: CallOptions = {},
  ): Promise<Response> {
    throwIfAborted(options.signal, method.path);
    if (options.deadlineAt === 'client')
      return await cancelledWhenLate(options, method.path, (own) => this.unary(method, request, own));
    const attempt = () => this.#attempt(method, request, options);
    try {
      return await attempt().catch(async (error: unknown) => {
        if (!isNotConnected(error) || !(await this.#isBackSoon(options))) throw error;
        return attempt();
      });
    } catch (error) {
      throw failure(error, method.path, options.signal);
    }
  }

  /** One request, a stream of responses. Leaving the loop ends the call. Default: no deadline. */
  async *serverStream<Request, Response>(
    method: Method<Request, Response>,
    request: Request,
    options: CallOptions = {},
  ): AsyncGenerator<Response, void, undefined> {
    throwIfAborted(options.signal, method.path);
    const call = this.#connected().makeServerStreamRequest(
      method.path,
      method.requestSerialize,
      method.responseDeserialize,
      request,
      this.#metadata(options),
      grpcOptions(options, 'none'),
    );
    // A cancelled call emits an error after the loop has removed its listener.
    call.on('error', () => undefined);
    const stopListening = onAbort(options.signal, () => call.cancel());
    try {
      for await (const message of call) yield message as Response;
    } catch (error) {
      throw failure(error, method.path, options.signal);
    } finally {
      stopListening();
      call.cancel();
    }
  }

  /** A stream in both directions. Callers pass its errors through {@link failure}. Default: no deadline. */
  duplex<Request, Response>(
    method: Method<Request, Response>,
    options: CallOptions = {},
  ): ClientDuplexStream<Request, Response> {
    return this.#connected().makeBidiStreamRequest(
      method.path,
      method.requestSerialize,
      method.responseDeserialize,
      this.#metadata(options),
      grpcOptions(options, 'none'),
    );
  }

  /** Closes the connection and ends its calls. A later call fails: reconnecting would keep the process from ending. */
  close(): void {
    this.#isClosed = true;
    this.#client?.close();
    this.#client = undefined;
  }

  #attempt<Request, Response>(
    method: Method<Request, Response>,
    request: Request,
    options: CallOptions,
  ): Promise<Response> {
    return new Promise((resolve, reject) => {
      const call = this.#connected().makeUnaryRequest(
        method.path,
        method.requestSerialize,
        method.responseDeserialize,
        request,
        this.#metadata(options),
        grpcOptions(options, defaultDeadlineMs),
        (error, value) => {
          stopListening();
          if (error) reject(error);
          else resolve(value as Response);
        },
      );
      const stopListening = onAbort(options.signal, () => call.cancel());
    });
  }

  /** Whether containerd accepts connections within the time of a restart, or the call's deadline if that is sooner. */
  #isBackSoon({ deadlineMs = defaultDeadlineMs }: CallOptions): Promise<boolean> {
    const ms = deadlineMs === 'none' ? restartMs : Math.min(deadlineMs, restartMs);
    return new Promise((resolve) =>
      this.#connected().waitForReady(Date.now() + ms, (error) => resolve(!error)),
    );
  }

  /** @throws PCH_CANCELLED once it is closed */
  #connected(): Client {
    if (this.#isClosed) throw new PouchError('PCH_CANCELLED', 'the connection to containerd is closed');
    this.#client ??= new Client(`unix:${this.address}`, credentials.createInsecure(), channelOptions);
    return this.#client;
  }

  /** containerd's header names, from its packages namespaces and leases. */
  #metadata(options: CallOptions): Metadata {
    const metadata = new Metadata();
    metadata.set('containerd-namespace', options.namespace ?? this.namespace);
    if (options.lease !== undefined) metadata.set('containerd-lease', options.lease);
    return metadata;
  }
}

/** Returns the error for the caller of a failed call. */
export function failure(error: unknown, path: string, signal: AbortSignal | undefined): unknown {
  if (signal?.aborted) return abortError(signal, path);
  return isServiceError(error) ? rpcError(error, path) : error;
}

/** @throws the error of a cancelled call if `signal` has aborted */
export function throwIfAborted(signal: AbortSignal | undefined, path: string): void {
  if (signal?.aborted) throw abortError(signal, path);
}

/** Sends a call without a deadline, and cancels it when the deadline passes. */
async function cancelledWhenLate<T>(
  { deadlineAt: _, deadlineMs = defaultDeadlineMs, signal, ...options }: CallOptions,
  path: string,
  call: (options: CallOptions) => Promise<T>,
): Promise<T> {
  const ms = deadlineMs === 'none' ? Infinity : deadlineMs;
  return await withDeadline({ ms, late: () => deadlineError(path), signal }, (own) =>
    call({ ...options, deadlineMs: 'none', signal: own }),
  );
}

function grpcOptions(options: CallOptions, fallback: number | 'none'): GrpcCallOptions {
  const ms = options.deadlineMs ?? fallback;
  return ms === 'none' ? {} : { deadline: Date.now() + ms };
}

/** Whether the request was not sent. grpc-js reports that only in the text of the error. */
function isNotConnected(error: unknown): boolean {
  return (
    isServiceError(error) &&
    error.code === status.UNAVAILABLE &&
    error.details.startsWith('No connection established')
  );
}

function isServiceError(error: unknown): error is ServiceError {
  return error instanceof Error && 'code' in error && 'details' in error;
}
