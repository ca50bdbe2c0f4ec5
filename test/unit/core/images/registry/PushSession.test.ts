import assert from 'node:assert/strict';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PushSession } from '../../../../../core/images/registry/PushSession.ts';
import { Transport } from '../../../../../core/images/registry/Transport.ts';
import { testConfig } from '../../../../support/TestImageStore.ts';

const blob = Buffer.from('0123456789'.repeat(1000));
const digest = `sha256:${'a'.repeat(64)}`;

/** Stands for a registry that keeps the bytes of broken uploads, which Debian's docker-registry does not. */
class KeepingRegistry {
  stored = Buffer.alloc(0);
  /** Connections that break after this many bytes, one after another. */
  breaks: number[] = [];
  /** Bytes of each PATCH and their range. */
  readonly patches: { range: string | undefined; bytes: number }[] = [];
  isForgetful = false;
  readonly #server: Server = createServer((request, response) => void this.#serve(request, response));

  async start(): Promise<string> {
    await new Promise<void>((done) => this.#server.listen(0, '127.0.0.1', done));
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  stop(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method } = request;
    const location = { location: '/v2/app/blobs/uploads/1' };
    if (method === 'POST') this.stored = Buffer.alloc(0);
    if (method === 'PATCH' && !(await this.#receive(request))) return void response.destroy();
    if (method === 'GET' && this.isForgetful) return void response.writeHead(404).end();
    const range = `0-${Math.max(0, this.stored.length - 1)}`;
    const status = { POST: 202, PATCH: 202, GET: 204, PUT: 201 }[method ?? ''] ?? 404;
    response.writeHead(status, { ...location, range }).end();
  }

  async #receive(request: IncomingMessage): Promise<boolean> {
    const patch = { range: request.headers['content-range'], bytes: 0 };
    this.patches.push(patch);
    const most = this.breaks.shift() ?? Infinity;
    for await (const chunk of request as AsyncIterable<Buffer>) {
      const part = chunk.subarray(0, most - patch.bytes);
      this.stored = Buffer.concat([this.stored, part]);
      patch.bytes += part.length;
      if (patch.bytes >= most) return false;
    }
    return true;
  }
}

describe('an upload of a blob', () => {
  let registry: KeepingRegistry;
  let transport: Transport;
  let session: PushSession;

  beforeEach(async () => {
    registry = new KeepingRegistry();
    transport = new Transport(() => ({ rate: 0, window: 1000 }));
    const reference = { domain: await registry.start(), path: 'app', tag: '1' };
    session = new PushSession({ transport, config: { ...testConfig, retries: 2 }, reference, mountFrom: [] });
  });

  afterEach(() => {
    transport.close();
    registry.stop();
  });

  const upload = () =>
    session.upload({
      blob: { digest, size: blob.length },
      async *read(offset) {
        yield await Promise.resolve(blob.subarray(offset));
      },
      onProgress: () => undefined,
      signal: new AbortController().signal,
    });

  it('resumes at the byte that the registry has', async () => {
    registry.breaks = [4000];
    assert.equal(await upload(), 'uploaded');
    assert.deepEqual(registry.patches, [
      { range: undefined, bytes: 4000 },
      { range: `4000-${blob.length - 1}`, bytes: 6000 },
    ]);
    assert.ok(registry.stored.equals(blob));
  });

  it('begins again if the registry has forgotten it', async () => {
    registry.breaks = [4000];
    registry.isForgetful = true;
    assert.equal(await upload(), 'uploaded');
    assert.ok(registry.stored.equals(blob));
  });

  it('takes more attempts than configured while it progresses, and fails without progress', async () => {
    registry.breaks = [2000, 2000, 2000, 2000];
    assert.equal(await upload(), 'uploaded');
    assert.ok(registry.stored.equals(blob));
    registry.breaks = [0, 0, 0, 0];
    await assert.rejects(upload(), { code: 'PCH_REGISTRY_UNREACHABLE' });
    registry.breaks = [];
    assert.equal(await upload(), 'uploaded');
  });
});
