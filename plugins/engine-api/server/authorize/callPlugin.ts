/** One call of a plugin that speaks Docker's plugin protocol: JSON by POST over a Unix socket. */
import http from 'node:http';
import { text } from 'node:stream/consumers';
import { PouchError } from '../../../../hooks/index.ts';

const mediaType = 'application/vnd.docker.plugins.v1+json';

/** Bytes of a response. */
const maxResponseBytes = 1024 * 1024;

/** Where and how to call. */
export interface PluginCall {
  socket: string;
  /** `AuthZPlugin.AuthZReq`. */
  method: string;
  /** Milliseconds for the whole call. */
  timeout: number;
}

/** Resolves to the object that it responds with. Rejects with an Error that says what is wrong. */
export async function callPlugin(
  { socket, method, timeout }: PluginCall,
  body: object,
): Promise<Record<string, unknown>> {
  const signal = AbortSignal.timeout(timeout);
  try {
    const response = await post({ socket, method, signal }, JSON.stringify(body));
    let size = 0;
    response.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > maxResponseBytes)
        response.destroy(new Error(`its response is larger than ${maxResponseBytes} bytes`));
    });
    const json = await text(response);
    if (response.statusCode !== 200) throw new Error(`it responded with the status ${response.statusCode}`);
    return objectOf(json);
  } catch (error) {
    throw signal.aborted ? new Error(`it did not respond within ${timeout} ms`) : error;
  }
}

interface Post {
  socket: string;
  method: string;
  signal: AbortSignal;
}

function post({ socket, method, signal }: Post, json: string): Promise<http.IncomingMessage> {
  return new Promise((resolve, reject) => {
    const headers = {
      'Content-Type': mediaType,
      Accept: mediaType,
      'Content-Length': Buffer.byteLength(json),
    };
    const request = http.request({
      socketPath: socket,
      path: `/${method}`,
      method: 'POST',
      headers,
      signal,
      agent: false,
    });
    request.once('response', resolve).once('error', reject).end(json);
  });
}

function objectOf(json: string): Record<string, unknown> {
  const value: unknown = JSON.parse(json);
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return value as Record<string, unknown>;
  throw new PouchError('PCH_AUTHORIZATION_FAILED', 'expected an object as its response');
}
