import type { Deviations } from './index.ts';

/** The project's own runtime. */
export const runlxc: Deviations = {
  version: /^runlxc version/,
  rows: [
    {
      section: 'runtime.md#delete',
      must: 'deleting a created container is an error, and it can still be started',
      why: 'it ends and deletes it as runc does, for containerd’s shim relies on that',
      found: / delete \S+: succeeded/,
    },
  ],
};
