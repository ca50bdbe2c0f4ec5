import type { ContainerdClient } from '../containerd/index.ts';
import { readMountinfo } from '../host/mountinfo.ts';
import { unmappableDirectory } from './mappable.ts';
import { impassable } from './passable.ts';

export interface ObstacleFacts {
  client: Pick<ContainerdClient, 'introspection'>;
  /** Of pouchd, with what containers need of the host. */
  directories: readonly string[];
}

/**
 * Returns why containers cannot have user namespaces on this host, whatever their runtime: directories that their
 * users cannot pass through, or images on a file system that cannot be mounted with other ids. Undefined if they can.
 */
export async function usernsObstacle({ client, directories }: ObstacleFacts): Promise<string | undefined> {
  for (const directory of directories) {
    const blocked = await impassable(directory);
    if (blocked !== undefined) return `its users cannot pass through ${blocked} (chmod o+x ${blocked})`;
  }
  const found = unmappableDirectory((await client.introspection.root()) ?? directories[0]!, {
    mountinfo: readMountinfo,
  });
  return found && `${found}, which cannot be mounted with other ids`;
}
