import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { until } from '../../support/call.ts';
import { cgroupFile, isUnified, ownCgroups } from '../../support/cgroups.ts';
import { succeeded } from '../../support/Container.ts';
import { section } from '../../support/row.ts';
import { see } from '../../support/see.ts';

/** config-linux.md, Cgroups Path. */
export const cgroupRows = section('config-linux.md#cgroups-path', [
  {
    must: 'an absolute cgroupsPath is below the mount point of every hierarchy',
    test: async (c) => {
      await c.running();
      for (const { controllers, path } of ownCgroups((await c.state()).pid!))
        assert.ok(path.startsWith(c.place.cgroup), `${controllers}: ${path}`);
    },
  },
  {
    must: 'a container without cgroupsPath has its own cgroup',
    spec: ({ linux }) => delete linux.cgroupsPath,
    test: async (c) => {
      await c.running();
      const { pid } = await c.state();
      const path = ownCgroups(pid!).find(
        ({ controllers }) => controllers === 'pids' || controllers === '',
      )!.path;
      assert.notEqual(
        path,
        ownCgroups(process.pid).find(({ controllers }) => /^(pids)?$/.test(controllers))!.path,
      );
    },
  },
  {
    must: 'the cgroup is removed with the container',
    test: async (c) => {
      await c.running();
      assert.ok(existsSync(cgroupFile(c, 'pids', 'cgroup.procs')));
      await c.removed();
      await until('the cgroup is gone', () => !existsSync(cgroupFile(c, 'pids', 'cgroup.procs')));
    },
  },
  {
    must: 'a process that the container leaves in its cgroup is killed with it',
    spec: ({ linux }) => (linux.namespaces = linux.namespaces.filter(({ type }) => type !== 'pid')),
    test: async (c) => {
      await c.running('sleep 1000 & echo ready; wait');
      succeeded(await c.kill('KILL', '--all'));
      await c.becomes('stopped');
      succeeded(await c.delete());
    },
  },
  {
    must: 'a cgroup mount contains the hierarchies, read-only with ro',
    spec: ({ mounts }) =>
      mounts.push({
        destination: '/sys/fs/cgroup',
        type: 'cgroup',
        source: 'cgroup',
        options: ['ro', 'nosuid'],
      }),
    sh: `ls /sys/fs/cgroup | grep -cxE 'pids|cgroup.procs'; mkdir /sys/fs/cgroup/pids/a 2>/dev/null || echo refused`,
    prints: '1\nrefused',
  },
  {
    must: 'a cgroup mount has the container’s own cgroup as its root',
    spec: ({ mounts }) =>
      mounts.push({ destination: '/sys/fs/cgroup', type: 'cgroup', source: 'cgroup', options: ['ro'] }),
    test: async (c) => {
      const file = isUnified() ? 'cgroup.procs' : 'pids/cgroup.procs';
      assert.match(await see(c, `cat /sys/fs/cgroup/${file}`), /^1$/m);
    },
  },
  {
    must: 'a writable cgroup mount lets the container create cgroups below its own',
    spec: ({ mounts }) => mounts.push({ destination: '/sys/fs/cgroup', type: 'cgroup', source: 'cgroup' }),
    test: async (c) => {
      const path = isUnified() ? '/sys/fs/cgroup/a' : '/sys/fs/cgroup/pids/a';
      assert.equal(await see(c, `mkdir ${path} && ls -d ${path}`), path);
    },
  },
]);
