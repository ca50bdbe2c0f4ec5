import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { grant, withNamespace, withoutNamespace, withUserNamespace } from '../../support/edit.ts';
import { section } from '../../support/row.ts';

/** config-linux.md, User namespace mappings and Offset for Time Namespace. */
export const mappingRows = [
  ...section('config-linux.md#user-namespace-mappings', [
    {
      must: 'uidMappings and gidMappings are the mappings of the user namespace',
      spec: withUserNamespace,
      sh: 'cat /proc/self/uid_map /proc/self/gid_map | tr -s " " | cut -c2-',
      prints: '0 100000 65536\n0 100000 65536',
    },
    {
      must: 'several mappings apply together',
      spec: (spec) => {
        withUserNamespace(spec);
        spec.linux.uidMappings!.push({ containerID: 70_000, hostID: 300_000, size: 10 });
      },
      sh: 'cat /proc/self/uid_map | tr -s " " | cut -c2-',
      prints: '0 100000 65536\n70000 300000 10',
    },
    {
      must: 'uid and gid of the process are those of the user namespace',
      spec: (spec) => {
        withUserNamespace(spec);
        spec.process.user = { uid: 5, gid: 6, additionalGids: [7] };
      },
      test: async (c) => {
        await c.running('id -u; id -g; id -G; echo ready; exec sleep 1000');
        assert.equal(c.output, '5\n6\n6 7\nready\n');
        const status = readFileSync(`/proc/${(await c.state()).pid}/status`, 'utf8');
        assert.match(status, /^Uid:\t100005\t.*\nGid:\t100006\t/m);
      },
    },
    {
      must: 'the mappings do not change the owners of the rootfs',
      spec: withUserNamespace,
      sh: 'stat -c %u /bin/busybox',
      prints: '65534',
    },
    {
      must: 'what root creates in a tmpfs of a user namespace is the container’s root’s',
      spec: (spec) => {
        withUserNamespace(spec);
        spec.mounts.push({ destination: '/tmp', type: 'tmpfs', source: 'tmpfs' });
      },
      sh: 'touch /tmp/a && stat -c %u /tmp/a',
      prints: '0',
    },
    {
      must: 'default devices also exist in a user namespace',
      spec: withUserNamespace,
      sh: 'echo a > /dev/null && head -c 2 /dev/zero | wc -c',
      prints: '2',
    },
    {
      must: 'the process has its capabilities in the user namespace only',
      spec: (spec) => {
        withUserNamespace(spec);
        grant(spec, 'CAP_MKNOD');
        spec.mounts.push({ destination: '/tmp', type: 'tmpfs', source: 'tmpfs' });
      },
      sh: 'mknod /tmp/null c 1 3 2>&1',
      exits: 1,
      prints: /not permitted/,
    },
    {
      must: 'mappings without a user namespace are refused',
      spec: (spec) => {
        withUserNamespace(spec);
        withoutNamespace(spec, 'user');
      },
      refused: /user|mapping/i,
    },
    {
      must: 'a user namespace without mappings is refused',
      spec: (spec) => withNamespace(spec, 'user'),
      refused: /user|mapping|uid/i,
    },
  ]),
  ...section('config-linux.md#offset-for-time-namespace', [
    {
      must: 'timeOffsets shift the clocks of a time namespace',
      spec: (spec) => {
        withNamespace(spec, 'time');
        spec.linux.timeOffsets = { monotonic: { secs: 7200 }, boottime: { secs: 864_000, nanosecs: 5 } };
      },
      sh: 'cat /proc/self/timens_offsets | tr -s " "',
      prints: /monotonic 7200 0\nboottime 864000 5/,
    },
    {
      must: 'timeOffsets without a time namespace are refused',
      spec: (spec) => (spec.linux.timeOffsets = { boottime: { secs: 864_000 } }),
      refused: /time/i,
    },
  ]),
];
