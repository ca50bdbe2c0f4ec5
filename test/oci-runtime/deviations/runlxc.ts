import type { Deviations } from './deviation.ts';

/** Deviations of runlxc. */
export const runlxc: Deviations = {
  version: /^runlxc version/,
  rows: [
    {
      section: 'config-linux.md#allowed-device-list',
      must: 'a later rule revokes a part of an earlier, wider one',
      why: 'cgroup v1 cannot revoke a part of a rule, so it refuses',
      found: /cannot revoke a part of an earlier rule/,
    },
    {
      section: 'runtime.md#delete',
      must: 'deleting a created container is an error, and it can still be started',
      why: 'it kills and deletes it like runc, since containerd’s shim relies on that',
      found: / delete \S+: succeeded/,
    },
  ],
};
