import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** Takes lines by HTTP; while it hangs, no request has a response. */
export class LineCollector {
  readonly lines: string[] = [];
  hangs = false;
  #server: Server | undefined;

  get url(): string {
    return `http://127.0.0.1:${(this.#server?.address() as AddressInfo).port}/`;
  }

  async start(): Promise<void> {
    this.#server = createServer((request, response) => {
      void text(request).then((body) => {
        if (this.hangs) return;
        this.lines.push(...body.trim().split('\n'));
        response.writeHead(204).end();
      });
    });
    await new Promise<void>((listening) => this.#server?.listen(0, '127.0.0.1', listening));
  }

  stop(): void {
    this.#server?.closeAllConnections();
    this.#server?.close();
  }
}
