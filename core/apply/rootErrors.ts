import { PouchError } from '../../hooks/errors.ts';

/** @param type - of its mount */
export function cannotCopy(type: string): PouchError {
  return new PouchError(
    'PCH_NOT_SUPPORTED',
    `a root file system that is a mount of type ${type} cannot be copied: expected overlay or bind`,
    { hint: 'use the snapshotter overlayfs or native (`containerd.snapshotter` in pouchd.yaml)' },
  );
}
