/** The disk of limited size on which a container's root file system is, attached while the container is up. */
import type { EffectKind } from '../../../hooks/effectKind.ts';
import { PouchError } from '../../../hooks/errors.ts';
import type { RootDisks } from '../RootDisks.ts';

/** @param keyOf key of the root file system that a container uses */
export function diskEffect(
  disks: RootDisks,
  keyOf: (container: string) => string,
): EffectKind<Record<string, never>, undefined> {
  return {
    kind: 'disk',
    volatile: true,
    describe: () => 'mount the disk of limited size for the root file system',
    async apply(_args, { container }) {
      if (await disks.attach(keyOf(container))) return undefined;
      throw new PouchError('PCH_DISK_FAILED', 'the file with what the container has written does not exist', {
        container,
        hint: 'restore the files of its directory from a backup, or remove the container',
      });
    },
    undo: (_args, _result, { container }) => disks.detach(keyOf(container)),
  };
}

/** A larger disk: it is on the books only while an update is under way. */
export function diskSizeEffect(
  disks: RootDisks,
  keyOf: (container: string) => string,
): EffectKind<{ bytes: number }, undefined> {
  return {
    kind: 'disk-size',
    describe: ({ bytes }) => `grow the disk of the root file system to ${bytes} bytes`,
    async apply({ bytes }, { container }) {
      await disks.grow(keyOf(container), bytes);
      return undefined;
    },
    // ext4 cannot shrink while it is mounted: a larger disk stays, and the next such update takes it as it is.
    undo: () => Promise.resolve(),
  };
}
