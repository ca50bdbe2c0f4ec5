import assert from 'node:assert/strict';
import { section } from '../../support/row.ts';
import { seeMount } from '../../support/see.ts';

/** config-linux.md, Default Filesystems. */
export const defaultFilesystemRows = section(
  'config-linux.md#default-filesystems',
  (
    [
      ['/proc', 'proc'],
      ['/sys', 'sysfs'],
      ['/dev/pts', 'devpts'],
      ['/dev/shm', 'tmpfs'],
      ['/dev/mqueue', 'mqueue'],
    ] as const
  ).map(([path, type]) => ({
    must: `${path} is a ${type}`,
    test: async (c) => assert.equal((await seeMount(c, path)).type, type),
  })),
);
