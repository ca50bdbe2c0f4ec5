import { hasCode, PouchError } from '../../../hooks/errors.ts';
import { type ClientOptions, ContainerdClient } from '../ContainerdClient.ts';
import { supportedVersion } from './supportedVersion.ts';
import type { Version } from '../api/VersionClient.ts';

/**
 * Connects to a containerd that pouchd does not manage.
 * @throws PCH_CONTAINERD_UNAVAILABLE, PCH_CONTAINERD_UNSUPPORTED
 */
export async function connectExternal(
  options: ClientOptions,
): Promise<{ client: ContainerdClient; version: Version }> {
  const client = new ContainerdClient(options);
  try {
    return { client, version: await supportedVersion(client) };
  } catch (error) {
    client.close();
    throw hasCode(error, 'PCH_CONTAINERD_UNAVAILABLE', 'PCH_DEADLINE')
      ? unavailable(options.address, error)
      : error;
  }
}

function unavailable(address: string, cause: PouchError): PouchError {
  return new PouchError(
    'PCH_CONTAINERD_UNAVAILABLE',
    `no containerd responds at ${address}: ${cause.message}`,
    {
      hint: 'start it (systemctl start containerd), correct containerd.address, or set containerd.managed: true',
      cause,
    },
  );
}
