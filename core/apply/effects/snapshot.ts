/** The container's writable layer. */
import { hasCode } from '../../../hooks/errors.ts';
import type { EffectKind } from '../../../hooks/effectKind.ts';
import { type ContainerdClient, ifFound, rootLabel } from '../../containerd/index.ts';

interface SnapshotArgs {
  key: string;
  image: string;
}

export function snapshotEffect(
  client: ContainerdClient,
  chainIdOf: (container: string) => Promise<string>,
): EffectKind<{ key: string; image: string }, undefined> {
  return {
    kind: 'snapshot',
    describe: ({ image }: SnapshotArgs) => `prepare a writable snapshot of ${image}`,
    async apply({ key }, { container }) {
      const parent = await chainIdOf(container);
      await client.snapshots.prepare(key, parent, rootLabel(new Date())).catch(ignoreExisting);
      return undefined;
    },
    async undo({ key }) {
      await ifFound(client.snapshots.remove(key));
    },
  };
}

/** A key is a container's id: what exists under it is from an attempt that a crash cut off. */
function ignoreExisting(error: unknown): void {
  if (!hasCode(error, 'PCH_CONTAINERD_ALREADY_EXISTS')) throw error;
}
