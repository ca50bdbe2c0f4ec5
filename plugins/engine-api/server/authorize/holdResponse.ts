import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { AskedResponse } from './Authorization.ts';

/** What happens to a response that is held. */
export interface Held {
  /** Resolves if it may be sent. */
  allow(response: AskedResponse): Promise<void>;
  /** Sends another one in its place. */
  deny(error: unknown): void;
}

/** Asks whether a stream may begin that is sent past the response. Rejects if it may not, and nothing is sent. */
export type MayBegin = (status: number, headers: OutgoingHttpHeaders) => Promise<void>;

const methods = ['writeHead', 'write', 'end', 'flushHeaders'] as const;
const getters = ['headersSent', 'writableNeedDrain'] as const;

/**
 * Keeps a response from being sent until it is allowed. One that is sent as a whole is decided with its body, and one
 * that is written in parts before its first byte, by its status and headers: a stream has no end to wait for, and what
 * is sent cannot be taken back.
 */
export function holdResponse(response: ServerResponse, { allow, deny }: Held): MayBegin {
  const own = response as { -readonly [Name in keyof ServerResponse]?: unknown };
  let head: [status: number, headers?: OutgoingHttpHeaders] | undefined;
  /** What is written while the plugins decide; set once they are asked. */
  let waiting: (() => void)[] | undefined;

  const asked = (body?: Buffer): AskedResponse => {
    const [status = response.statusCode, headers = {}] = head ?? [];
    return { status, headers: { ...response.getHeaders(), ...headers }, body };
  };
  const release = () => {
    for (const name of [...methods, ...getters]) delete own[name];
  };
  const open = () => {
    release();
    if (response.destroyed) return;
    if (head) response.writeHead(...head);
    for (const write of waiting ?? []) write();
    if (!response.writableNeedDrain && !response.writableEnded) response.emit('drain');
  };
  const refuse = (error: unknown) => {
    release();
    deny(error);
    drop(response);
  };
  /** Decides on a response in parts, of which `write` is the first. */
  const begin = (write: () => void): void => {
    if (waiting) return void waiting.push(write);
    waiting = [write];
    // As if they were sent: callers neither send another response, nor more than a buffer holds.
    for (const name of getters) Object.defineProperty(own, name, { get: () => true, configurable: true });
    allow(asked()).then(open, refuse);
  };

  own.writeHead = (...given: NonNullable<typeof head>) => {
    if (!waiting) head = given;
    return response;
  };
  own.flushHeaders = () => begin(() => response.flushHeaders());
  own.write = (...chunk: Parameters<ServerResponse['write']>) => {
    begin(() => response.write(...chunk));
    return false;
  };
  own.end = (chunk?: string | Buffer) => {
    if (waiting) waiting.push(() => response.end(chunk));
    else {
      waiting = [() => response.end(chunk)];
      allow(asked(chunk === undefined ? undefined : Buffer.from(chunk))).then(open, refuse);
    }
    return response;
  };

  return async (status, headers) => {
    head = [status, headers];
    const response = asked();
    head = undefined;
    await allow(response).finally(release);
  };
}

/** Ignores what the handler of a refused response still writes, until it notices that the response is over. */
function drop(response: ServerResponse): void {
  const end = response.end.bind(response);
  Object.assign(response, {
    writeHead: () => response,
    flushHeaders: () => undefined,
    write: () => false,
    end: () => end(),
  });
}
