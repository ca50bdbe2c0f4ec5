import type { Deviations } from './deviation.ts';

/** The project's own runtime. */
export const runlxc: Deviations = {
  version: /^runlxc version/,
  rows: [
    {
      section: 'config-linux.md#allowed-device-list',
      must: 'a later rule takes back a part of an earlier, wider one',
      why: 'cgroup v1 cannot take back a part of a rule, so it refuses',
      found: /cannot take back a part of an earlier rule/,
    },
    {
      section: 'runtime.md#delete',
      must: 'deleting a created container is an error, and it can still be started',
      why: 'it ends and deletes it as runc does, for containerd’s shim relies on that',
      found: / delete \S+: succeeded/,
    },
  ],
};
