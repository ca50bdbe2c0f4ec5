/** Translates what a container gets at its first start. */
import type { ContainerCreateRequest } from '../client/wire.ts';
import type { ContainerRequest } from '../hooks/index.ts';

export function firstBootOf(body: ContainerCreateRequest): ContainerRequest['firstBoot'] {
  const { SshKeys: keys = [], SshPort, Timezone, UserData, MetaData, NetworkConfig } = body;
  const asked = {
    ...(keys.length > 0 && { sshKeys: keys.map(({ User, Key }) => ({ user: User, key: Key })) }),
    ...(SshPort !== undefined && { sshPort: SshPort }),
    ...(Timezone && { timezone: Timezone }),
    ...(UserData && { userData: UserData }),
    ...(MetaData && { metaData: MetaData }),
    ...(NetworkConfig && { networkConfig: NetworkConfig }),
  };
  return Object.keys(asked).length > 0 ? asked : undefined;
}
