import { PouchError } from '../../../hooks/errors.ts';
import { type ClientOptions, ContainerdClient } from '../ContainerdClient.ts';
import { isContainerdError } from '../rpc/isError.ts';
import { supportedVersion } from './supportedVersion.ts';
import type { Version } from '../api/VersionClient.ts';

/** Connects to a containerd that somebody else runs; PCH_CONTAINERD_UNAVAILABLE or PCH_CONTAINERD_UNSUPPORTED. */
export async function connectExternal(
  options: ClientOptions,
): Promise<{ client: ContainerdClient; version: Version }> {
  const client = new ContainerdClient(options);
  try {
    return { client, version: await supportedVersion(client) };
  } catch (error) {
    client.close();
    throw isContainerdError(error, 'PCH_CONTAINERD_UNAVAILABLE', 'PCH_DEADLINE')
      ? notThere(options.address, error)
      : error;
  }
}

function notThere(address: string, cause: PouchError): PouchError {
  return new PouchError(
    'PCH_CONTAINERD_UNAVAILABLE',
    `no containerd answers at ${address}: ${cause.message}`,
    {
      hint: 'Start it (systemctl start containerd), correct containerd.address, or set containerd.managed: true.',
      cause,
    },
  );
}
