/** Requests to the API as a plain client sends them. */
import { request, type IncomingHttpHeaders } from 'node:http';
import { connect, type Socket } from 'node:net';

export interface RawResponse {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
  /** The body as JSON. */
  json: any;
}

export interface AskOptions {
  body?: unknown;
  headers?: Record<string, string>;
}

/** Sends one request; an object as body goes as JSON, text as it is. */
export function ask(
  socketPath: string,
  method: string,
  path: string,
  options: AskOptions = {},
): Promise<RawResponse> {
  const { body, headers = {} } = options;
  const payload = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
  const type = payload === undefined ? {} : { 'Content-Type': 'application/json' };
  return new Promise((resolve, reject) => {
    const sent = request({ socketPath, method, path, headers: { ...type, ...headers } }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text, json: parse(text) });
      });
    });
    sent.on('error', reject);
    sent.end(payload);
  });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A bare connection, for what an HTTP client would not send. */
export class RawClient {
  readonly socket: Socket;
  #received = '';
  #ended = false;
  readonly #watchers = new Set<() => void>();

  constructor(socketPath: string) {
    this.socket = connect({ path: socketPath, allowHalfOpen: true });
    this.socket.on('data', (chunk: Buffer) => {
      this.#received += chunk.toString('latin1');
      this.#watchers.forEach((check) => check());
    });
    const end = (): void => {
      this.#ended = true;
      this.#watchers.forEach((check) => check());
    };
    this.socket.on('end', end).on('close', end).on('error', end);
  }

  send(data: string | Buffer): void {
    this.socket.write(data);
  }

  /** Sends a request that asks for the connection, with a JSON body. */
  upgrade(path: string, body: unknown = undefined): void {
    const json = body === undefined ? '' : JSON.stringify(body);
    this.send(
      `POST ${path} HTTP/1.1\r\nHost: pouch\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n` +
        `Content-Type: application/json\r\nContent-Length: ${Buffer.byteLength(json)}\r\n\r\n${json}`,
    );
  }

  /** Everything so far, once the pattern is in it. */
  async until(pattern: RegExp): Promise<string> {
    await this.#when(() => pattern.test(this.#received) || this.#ended);
    if (!pattern.test(this.#received))
      throw new Error(`the connection ended without ${pattern}: ${this.#received}`);
    return this.#received;
  }

  async untilEnd(): Promise<string> {
    await this.#when(() => this.#ended);
    return this.#received;
  }

  #when(holds: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const check = (): void => {
        if (!holds()) return;
        this.#watchers.delete(check);
        resolve();
      };
      this.#watchers.add(check);
      check();
    });
  }
}
