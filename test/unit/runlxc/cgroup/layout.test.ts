import { deepEqual, equal } from 'node:assert/strict';
import { cgroupLayout, directory } from '../../../../runlxc/cgroup/layout.ts';
import { parseMembership } from '../../../../runlxc/cgroup/membership.ts';

const line = (mount: string, type: string, options: string) =>
  `30 25 0:26 / ${mount} rw,relatime shared:1 - ${type} cgroup rw,${options}`;

describe('the layout of cgroups', () => {
  it('of v1 has controllers, named hierarchies, and possibly v2', () => {
    const { all, unified } = cgroupLayout(
      [
        line('/sys/fs/cgroup/cpu,cpuacct', 'cgroup', 'cpu,cpuacct'),
        line('/sys/fs/cgroup/systemd', 'cgroup', 'xattr,name=systemd'),
        line('/sys/fs/cgroup/unified', 'cgroup2', 'nsdelegate'),
        line('/a\\040b', 'ext4', ''),
      ].join('\n'),
    );
    equal(unified, false);
    deepEqual(
      all.map(({ version, controllers, options }) => [version, controllers.join(' '), options]),
      [
        [1, 'cpu cpuacct', 'cpu,cpuacct'],
        [1, '', 'none,name=systemd'],
        [2, '', ''],
      ],
    );
  });

  it('of v2 alone is unified', () => {
    equal(cgroupLayout(line('/sys/fs/cgroup', 'cgroup2', '')).unified, true);
  });

  it('begins at the cgroup of PID 1, as in LXC, without systemd’s own scope', () => {
    const init = parseMembership('3:pids:/outer/init.scope\n2:name=systemd:/init.scope\n0::/\n');
    const mounts = [
      line('/p', 'cgroup', 'pids'),
      line('/s', 'cgroup', 'name=systemd'),
      line('/u', 'cgroup2', ''),
    ];
    deepEqual(
      cgroupLayout(mounts.join('\n'), init).all.map((hierarchy) => directory(hierarchy, '/c')),
      ['/p/outer/c', '/s/c', '/u/c'],
    );
  });

  it('lists a hierarchy once that is mounted twice', () => {
    equal(cgroupLayout(`${line('/a', 'cgroup', 'pids')}\n${line('/b', 'cgroup', 'pids')}`).all.length, 1);
  });
});
