import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { originEndpoint } from '../../../../../core/images/registry/endpoints.ts';
import { RegistryServer } from '../../../../../core/images/registry/RegistryServer.ts';
import { readBody, Transport } from '../../../../../core/images/registry/Transport.ts';
import { createCertificates } from '../../../../support/createCertificates.ts';
import { testConfig } from '../../../../support/TestImageStore.ts';

describe('certificates of a registry', function () {
  this.timeout(30_000);
  let dir: string;
  let registry: Server;
  let storage: Server;
  let transport: Transport;
  /** Whether the client has shown a certificate, by path. */
  const shown = new Map<string, boolean>();
  const pem = (name: string) => join(dir, 'tls', `${name}.pem`);
  const addressOf = (server: Server) => `127.0.0.1:${(server.address() as AddressInfo).port}`;

  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'tls-'));
    await createCertificates(join(dir, 'tls'));
    const read = (name: string) => readFileSync(pem(name));
    const tls = { cert: read('server'), key: read('server-key'), ca: read('ca'), requestCert: true };
    const start = async (handle: (request: IncomingMessage, response: ServerResponse) => void) => {
      const server = createServer({ ...tls, rejectUnauthorized: false }, (request, response) => {
        shown.set(request.url!.split('?')[0]!, (request.socket as TLSSocket).authorized);
        handle(request, response);
      });
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      return server;
    };
    storage = await start((_request, response) => response.end('blob'));
    registry = await start((request, response) => {
      const realm = `https://${request.headers.host}/token`;
      if (request.url!.startsWith('/token')) return response.end(JSON.stringify({ token: 't' }));
      if (request.headers.authorization !== 'Bearer t')
        return response.writeHead(401, { 'www-authenticate': `Bearer realm="${realm}"` }).end();
      const location = `https://localhost:${addressOf(storage).split(':')[1]}/blob`;
      return response.writeHead(307, { location }).end();
    });
    transport = new Transport(() => ({ rate: 0, window: 1000 }));
  });

  after(async () => {
    transport?.close();
    for (const server of [registry, storage]) server?.close();
    await rm(dir, { recursive: true, force: true });
  });

  it('are those of its token server, and of another host as far as it is trusted', async () => {
    const host = addressOf(registry);
    const files = { ca: pem('ca'), certificate: pem('cert'), key: pem('key') };
    const config = { ...testConfig, certificates: { [host]: files } };
    const endpoint = originEndpoint(host, config);
    const server = new RegistryServer({ transport, config, endpoint, scopes: ['repository:a:pull'] });
    const response = await server.ask(server.url('a/blobs/b'), {
      expected: [200],
      what: 'blob',
      signal: undefined,
    });
    assert.equal((await readBody(response, 100)).toString(), 'blob');
    assert.deepEqual(Object.fromEntries(shown), { '/v2/a/blobs/b': true, '/token': true, '/blob': false });
  });

  it('leave those trusted that the host trusts, and others as they were', async () => {
    const host = addressOf(registry);
    const config = { ...testConfig, insecureTls: [host] };
    const insecure = { transport, config, endpoint: originEndpoint(host, config), scopes: [] };
    const ask = { expected: [200], what: 'blob', signal: undefined };
    const server = new RegistryServer(insecure);
    (await server.ask(server.url('a/blobs/b'), ask)).resume();
    const endpoint = { ...insecure.endpoint, verifyTls: true };
    const verified = new RegistryServer({ ...insecure, endpoint });
    await assert.rejects(verified.ask(verified.url('a/blobs/b'), ask), {
      code: 'PCH_REGISTRY_UNREACHABLE',
      message: /its certificate is not trusted/,
    });
  });
});
