import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/** Does the work while buildkitd can fetch the body, once: on loopback, by a path that nobody else knows. */
export async function servingUpload<T>(body: Readable, work: (url: string) => Promise<T>): Promise<T> {
  const path = `/${randomBytes(16).toString('hex')}`;
  let isServed = false;
  const server = createServer((request, response) => {
    if (isServed || request.method !== 'GET' || request.url !== path)
      return void response.writeHead(404).end();
    isServed = true;
    // The build fails for a client that leaves.
    pipeline(body, response).catch(() => response.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    return await work(`http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`);
  } finally {
    server.close();
    server.closeAllConnections();
  }
}
