/** Calls of plugins that speak Docker's plugin protocol: JSON by POST over a Unix socket. */
import http from 'node:http';
import { text } from 'node:stream/consumers';
import { pluginSocket } from './pluginSocket.ts';

const mediaType = 'application/vnd.docker.plugins.v1+json';

/** Bytes of a response. */
const maxResponseBytes = 1024 * 1024;

/** Where and how to call. */
interface PluginCall {
  socket: string;
  /** `AuthZPlugin.AuthZReq`. */
  method: string;
  /** Milliseconds for the whole call. */
  timeout: number;
}

/** Plugins by their sockets, once they have confirmed what they are. */
export class DockerPlugins {
  readonly #kind: string;
  readonly #activated = new Set<string>();

  /** @param kind `authz` or `VolumeDriver` */
  constructor(kind: string) {
    this.#kind = kind;
  }

  /**
   * @param plugin name, or `unix:///PATH`
   * @param call method, and milliseconds for the whole call
   * @returns the object that the plugin responds with. Rejects with an Error that says what is wrong.
   */
  async call(
    plugin: string,
    { method, timeout }: Omit<PluginCall, 'socket'>,
    body: object,
  ): Promise<Record<string, unknown>> {
    const socket = await pluginSocket(plugin);
    if (!this.#activated.has(socket)) await this.#activate(socket, timeout);
    return await callPlugin({ socket, method, timeout }, body);
  }

  async #activate(socket: string, timeout: number): Promise<void> {
    const { Implements } = await callPlugin({ socket, method: 'Plugin.Activate', timeout }, {});
    if (!Array.isArray(Implements) || !Implements.includes(this.#kind))
      throw new Error(`it implements ${JSON.stringify(Implements) ?? 'nothing'}, expected ${this.#kind}`);
    this.#activated.add(socket);
  }
}

/** Resolves to the object that it responds with. Rejects with an Error that says what is wrong. */
async function callPlugin(
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
  throw new Error('expected an object as its response');
}
