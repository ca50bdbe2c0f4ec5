import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { AskedResponse } from './Authorization.ts';

/** What happens to a response that is held. */
export interface Held {
  /** Resolves if it may be sent. */
  allow(response: AskedResponse): Promise<void>;
  /** Sends another one in its place. */
  deny(error: unknown): void;
}

/**
 * Keeps a response from being sent until it is complete and allowed. One that is written in parts is sent as it comes:
 * a stream has no end to wait for.
 */
export function holdResponse(response: ServerResponse, { allow, deny }: Held): void {
  const own = response as { -readonly [Name in keyof ServerResponse]?: unknown };
  let head: [status: number, headers?: OutgoingHttpHeaders] | undefined;
  const release = () => {
    for (const name of ['writeHead', 'write', 'end', 'flushHeaders'] as const) delete own[name];
  };
  const send = () => {
    release();
    if (head) response.writeHead(...head);
  };
  own.writeHead = (...given: NonNullable<typeof head>) => {
    head = given;
    return response;
  };
  own.flushHeaders = () => {
    send();
    response.flushHeaders();
  };
  own.write = (...chunk: Parameters<ServerResponse['write']>) => {
    send();
    return response.write(...chunk);
  };
  own.end = (chunk?: string | Buffer) => {
    const [status = response.statusCode, headers = {}] = head ?? [];
    const body = chunk === undefined ? undefined : Buffer.from(chunk);
    allow({ status, headers: { ...response.getHeaders(), ...headers }, body }).then(
      () => {
        send();
        response.end(body);
      },
      (error: unknown) => {
        release();
        deny(error);
      },
    );
    return response;
  };
}
