import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

interface Received {
  path: string;
  contentType: string | undefined;
  body: {
    resourceSpans: {
      resource: { attributes: unknown[] };
      scopeSpans: { spans: (Record<string, unknown> & { name: string })[] }[];
    }[];
  };
}

/** Stands in for an OpenTelemetry collector: an HTTP server that keeps what it receives on OTLP/HTTP. */
export class StandInCollector {
  readonly requests: Received[] = [];
  /** Status of its replies; undefined: it does not reply. */
  status: number | undefined = 200;
  readonly #server: Server;

  private constructor() {
    this.#server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const body = JSON.parse(Buffer.concat(chunks).toString()) as Received['body'];
        this.requests.push({ path: request.url ?? '', contentType: request.headers['content-type'], body });
        if (this.status !== undefined) response.writeHead(this.status).end('{}');
      });
    });
  }

  static async start(): Promise<StandInCollector> {
    const collector = new StandInCollector();
    collector.#server.listen(0, '127.0.0.1');
    await once(collector.#server, 'listening');
    return collector;
  }

  get endpoint(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  get spans() {
    return this.requests.flatMap(({ body }) =>
      body.resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans)),
    );
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }
}
