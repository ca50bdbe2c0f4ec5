import { Request, Response } from '../gen/ttrpc.ts';
import { FrameReader } from './FrameReader.ts';
import { codes, StatusError } from './status.ts';
import { readTtrpcFrame, requestType, responseType, ttrpcForm, ttrpcFrame } from './ttrpcFrame.ts';

/**
 * A call's context. As in the Go implementation it ends with the call if the client has sent a timeout, and lives as
 * long as the server otherwise (ttrpc, server.go: getRequestContext).
 */
export interface CallContext {
  signal: AbortSignal;
  /** 0: the client sent none. */
  timeoutNano: number;
}

/** One method: bytes in, bytes out. */
export type Handler = (payload: Buffer, context: CallContext) => Promise<Uint8Array>;

export interface TtrpcServerOptions {
  /** By path: `/containerd.task.v2.Task/Create`. */
  readonly handlers: ReadonlyMap<string, Handler>;
  readonly send: (bytes: Buffer) => void;
  /** Calls that are served at a time. Another is refused. */
  readonly mostCalls: number;
}

/** The server's side of ttRPC, for unary calls, whatever carries its bytes. */
export class TtrpcServer {
  readonly #options: TtrpcServerOptions;
  readonly #reader = new FrameReader(ttrpcForm);
  #calls = 0;

  constructor(options: TtrpcServerOptions) {
    this.#options = options;
  }

  /** @throws PCH_NRI_PROTOCOL, or Error for a message that cannot be decoded */
  receive(chunk: Buffer): void {
    for (const frame of this.#reader.push(chunk)) {
      const { stream, type, body } = readTtrpcFrame(frame);
      if (type === requestType) void this.#serve(stream, Request.decode(body));
    }
  }

  async #serve(stream: number, { service, method, payload, timeoutNano }: Request): Promise<void> {
    const end = new AbortController();
    const context = { signal: end.signal, timeoutNano: Number(timeoutNano) };
    const timer = context.timeoutNano > 0 && setTimeout(() => end.abort(), context.timeoutNano / 1e6);
    this.#calls += 1;
    const response = await this.#respond(`/${service}/${method}`, payload, context);
    this.#calls -= 1;
    if (timer) {
      clearTimeout(timer);
      end.abort();
    }
    this.#options.send(ttrpcFrame(stream, responseType, Response.encode(response).finish()));
  }

  async #respond(path: string, payload: Buffer, context: CallContext): Promise<Response> {
    const { handlers, mostCalls } = this.#options;
    try {
      if (this.#calls > mostCalls)
        throw new StatusError(codes.exhausted, `more than ${mostCalls} calls at a time`);
      const handler = handlers.get(path);
      if (!handler) throw new StatusError(codes.unimplemented, `no method ${path}`);
      return Response.create({ payload: Buffer.from(await handler(payload, context)) });
    } catch (error) {
      const code = error instanceof StatusError ? error.code : codes.unknown;
      return Response.create({ status: { code, message: (error as Error).message } });
    }
  }
}
