import { status, type ServerUnaryCall } from '@grpc/grpc-js';
import assert from 'node:assert/strict';
import { ContainerdClient, connectExternal } from '../../../../../core/containerd/index.ts';
import { PouchError } from '../../../../../hooks/errors.ts';
import { failing, fakeServer, type FakeServer } from '../fakeServer.ts';

describe('a call to containerd', () => {
  let server: FakeServer | undefined;
  let client: ContainerdClient | undefined;

  afterEach(async () => {
    client?.close();
    await server?.stop();
    client = server = undefined;
  });

  async function connect(get: unknown): Promise<ContainerdClient> {
    const rest = failing(status.UNIMPLEMENTED);
    const images = { get, list: rest, create: rest, update: rest, delete: rest } as Parameters<
      typeof fakeServer
    >[0];
    server = await fakeServer(images);
    return (client = new ContainerdClient({ address: server.address, namespace: 'pouch' }));
  }

  const expected: [number, string][] = [
    [status.NOT_FOUND, 'PCH_CONTAINERD_NOT_FOUND'],
    [status.ALREADY_EXISTS, 'PCH_CONTAINERD_ALREADY_EXISTS'],
    [status.FAILED_PRECONDITION, 'PCH_CONTAINERD_PRECONDITION'],
    [status.INVALID_ARGUMENT, 'PCH_CONTAINERD_INVALID'],
    [status.UNAVAILABLE, 'PCH_CONTAINERD_UNAVAILABLE'],
    [status.UNIMPLEMENTED, 'PCH_CONTAINERD_UNSUPPORTED'],
    [status.UNKNOWN, 'PCH_CONTAINERD_FAILED'],
    [status.INTERNAL, 'PCH_CONTAINERD_FAILED'],
  ];
  for (const [code, pouchCode] of expected) {
    it(`that fails with gRPC status ${status[code]} has the code ${pouchCode}, containerd's words and the cause`, async () => {
      const containerd = await connect(failing(code, 'image "x": because'));
      await assert.rejects(containerd.images.get('x'), (error: PouchError) => {
        assert.equal(error.code, pouchCode);
        assert.equal(error.message, 'containerd Images.Get: image "x": because');
        assert.equal((error.cause as { code: number }).code, code);
        return true;
      });
    });
  }

  // A new connection kept a daemon that had ended from exiting.
  it('after the connection was closed fails', async () => {
    const containerd = await connect(() => undefined);
    containerd.close();
    await assert.rejects(containerd.images.get('x'), { code: 'PCH_CANCELLED' });
  });

  it('without a response fails at its deadline', async () => {
    const containerd = await connect(() => undefined);
    await assert.rejects(containerd.images.get('x', { deadlineMs: 50 }), { code: 'PCH_DEADLINE' });
  });

  it('with a deadline at the client sends none, and fails when it passes', async () => {
    const sent: unknown[] = [];
    const containerd = await connect((call: ServerUnaryCall<unknown, unknown>) => {
      sent.push(call.getDeadline());
    });
    await assert.rejects(containerd.images.get('x', { deadlineMs: 500, deadlineAt: 'client' }), {
      code: 'PCH_DEADLINE',
    });
    assert.deepEqual(sent, [Infinity]);
  });

  it('is cancelled by its signal, on the server too', async () => {
    const stop = new AbortController();
    let cancelled: () => void;
    const seen = new Promise<void>((resolve) => (cancelled = resolve));
    const containerd = await connect((call: ServerUnaryCall<unknown, unknown>) => {
      call.on('cancelled', () => cancelled());
      stop.abort();
    });
    await assert.rejects(containerd.images.get('x', { signal: stop.signal }), { code: 'PCH_CANCELLED' });
    await seen;
  });

  it('fails with the reason of its signal if that is a PouchError', async () => {
    const reason = new PouchError('PCH_CONFLICT', 'the container is being removed');
    const containerd = await connect(() => undefined);
    await assert.rejects(containerd.images.get('x', { signal: AbortSignal.abort(reason) }), reason);
  });

  it('sends namespace and lease', async () => {
    const seen: unknown[] = [];
    const containerd = await connect(
      (call: ServerUnaryCall<unknown, unknown>, reply: (e: null, v: object) => void) => {
        seen.push(call.metadata.get('containerd-namespace'), call.metadata.get('containerd-lease'));
        reply(null, { image: { name: 'x', labels: {} } });
      },
    );
    await containerd.images.get('x');
    await containerd.images.get('x', { namespace: 'other', lease: 'l' });
    assert.deepEqual(seen, [['pouch'], [], ['other'], ['l']]);
  });

  it('whose response lacks a required field fails', async () => {
    const containerd = await connect((_: unknown, reply: (e: null, v: object) => void) => reply(null, {}));
    await assert.rejects(
      containerd.images.get('x'),
      /expected the image in containerd's response, found none/,
    );
  });
});

describe('an external containerd', () => {
  for (const [version, isSupported] of [
    ['1.5.9', false],
    ['v1.4.0', false],
    ['1.6.20~ds1', true],
    ['v1.7.13', true],
    ['2.1.0', true],
    ['dev', true],
  ] as const) {
    it(`of version ${version} is ${isSupported ? 'accepted' : 'rejected with a hint'}`, async () => {
      const unused = failing(status.UNIMPLEMENTED);
      const images = { get: unused, list: unused, create: unused, update: unused, delete: unused };
      const server = await fakeServer(images, (_, reply) => reply(null, { version, revision: '' }));
      try {
        const connecting = connectExternal({ address: server.address, namespace: 'pouch' });
        if (isSupported) (await connecting).client.close();
        else
          await assert.rejects(connecting, {
            code: 'PCH_CONTAINERD_UNSUPPORTED',
            message: new RegExp(version),
          });
      } finally {
        await server.stop();
      }
    });
  }
});
