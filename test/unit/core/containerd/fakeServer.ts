import {
  type handleUnaryCall,
  Server,
  ServerCredentials,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ImagesService } from '../../../../core/containerd/gen/services/images.ts';
import { VersionService, type VersionResponse } from '../../../../core/containerd/gen/services/version.ts';

export interface FakeServer {
  address: string;
  stop(): Promise<void>;
}

/** A containerd that behaves as a test needs it, where a real one does not. */
export async function fakeServer(
  images: UntypedServiceImplementation,
  version: handleUnaryCall<object, VersionResponse> = (_, reply) =>
    reply(null, { version: '1.6.0', revision: '' }),
): Promise<FakeServer> {
  const dir = await mkdtemp(join(tmpdir(), 'pouch-fake-'));
  const address = join(dir, 'sock');
  const server = new Server();
  server.addService(ImagesService, images);
  server.addService(VersionService, { version });
  await new Promise<void>((resolve, reject) =>
    server.bindAsync(`unix:${address}`, ServerCredentials.createInsecure(), (error) =>
      error ? reject(error) : resolve(),
    ),
  );
  const stop = async () => {
    server.forceShutdown();
    await rm(dir, { recursive: true });
  };
  return { address, stop };
}

/** A handler that fails with a gRPC status. */
export function failing(code: number, details = 'because'): handleUnaryCall<unknown, unknown> {
  return (_, reply) => reply({ code, details });
}
