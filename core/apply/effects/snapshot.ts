/** The container's writable layer. */
import { hasCode } from '../../../hooks/errors.ts';
import type { EffectKind } from '../../../hooks/effectKind.ts';
import { type ContainerdClient, ifFound, rootLabel } from '../../containerd/index.ts';
import type { RootDisks } from '../RootDisks.ts';

interface SnapshotArgs {
  key: string;
  image: string;
  /** Bytes that it can hold. */
  quota?: number;
}

export function snapshotEffect(
  client: ContainerdClient,
  disks: RootDisks,
  chainIdOf: (container: string) => Promise<string>,
): EffectKind<{ key: string; image: string; quota?: number }, undefined> {
  return {
    kind: 'snapshot',
    describe: ({ image, quota }: SnapshotArgs) =>
      `prepare a writable snapshot of ${image}${quota === undefined ? '' : ` that holds ${quota} bytes`}`,
    async apply({ key, quota }, { container }) {
      const parent = await chainIdOf(container);
      await client.snapshots.prepare(key, parent, rootLabel(new Date())).catch(ignoreExisting);
      if (quota !== undefined) await disks.make(key, quota);
      return undefined;
    },
    async undo({ key, quota }) {
      if (quota !== undefined) await disks.remove(key);
      await ifFound(client.snapshots.remove(key));
    },
  };
}

/** A key is a container's id: what exists under it is from an attempt that a crash cut off. */
function ignoreExisting(error: unknown): void {
  if (!hasCode(error, 'PCH_CONTAINERD_ALREADY_EXISTS')) throw error;
}
