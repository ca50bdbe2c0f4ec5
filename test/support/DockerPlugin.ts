import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { json } from 'node:stream/consumers';

/** Undefined: it does not respond. */
type Respond = (method: string, body: unknown) => Promise<object | undefined> | object | undefined;

/** Stands in for a plugin of Docker: its protocol over a Unix socket, with responses of the test. */
export class DockerPlugin {
  /** What it says it is: `authz`, `VolumeDriver`. */
  implements: string[];
  readonly #respond: Respond;
  #server: Server | undefined;

  constructor(kind: string, respond: Respond) {
    this.implements = [kind];
    this.#respond = respond;
  }

  async listen(path: string): Promise<void> {
    this.#server = createServer((request, response) => {
      void (async () => {
        const body = await json(request);
        const method = (request.url ?? '').slice(1);
        const isActivation = method === 'Plugin.Activate';
        const found = isActivation ? { Implements: this.implements } : await this.#respond(method, body);
        if (found) response.end(JSON.stringify(found));
      })();
    });
    this.#server.listen(path).unref();
    await once(this.#server, 'listening');
  }

  async close(): Promise<void> {
    this.#server?.closeAllConnections();
    await new Promise((done) => this.#server?.close(done));
  }
}
