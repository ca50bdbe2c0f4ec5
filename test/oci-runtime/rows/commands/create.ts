import assert from 'node:assert/strict';
import { closeSync, existsSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { until } from '../../support/call.ts';
import { failed, succeeded } from '../../support/Container.ts';
import { withUserNamespace } from '../../support/edit.ts';
import { hasEnded } from '../../support/processes.ts';
import { section } from '../../support/row.ts';

/** runc’s `create`, as containerd's go-runc calls it. */
export const createCommandRows = section('runc#create', [
  {
    must: '--pid-file has the pid of a process that ends with the container, whose parent can wait for it',
    test: async (c) => {
      const file = c.path('pid');
      await c.running(undefined, '--pid-file', file);
      const pid = readFileSync(file, 'utf8');
      assert.match(pid, /^\d+$/);
      assert.ok(existsSync(`/proc/${pid}`));
      await c.removed();
      await until('it has ended', () => hasEnded(pid));
    },
  },
  {
    must: 'a --pid-file that cannot be written is an error',
    test: async (c) => void failed(await c.create('--pid-file', c.path('no', 'pid')), /pid|no such file/i),
  },
  {
    must: '--no-pivot changes the root by chroot',
    test: async (c) => {
      await c.running(undefined, '--no-pivot');
      assert.equal(await c.sh('ls -d /bin/busybox'), '/bin/busybox');
    },
  },
  {
    must: 'the loopback interface of a new network namespace is up',
    sh: 'cat /sys/class/net/lo/flags',
    prints: '0x9',
  },
  {
    must: 'the loopback interface of a new network namespace is up, also in a user namespace',
    spec: withUserNamespace,
    sh: 'cat /sys/class/net/lo/flags',
    prints: '0x9',
  },
  {
    must: '--preserve-fds passes descriptors from the third on',
    test: async (c) => {
      writeFileSync(c.path('text'), 'text');
      const fd = openSync(c.path('text'), 'r');
      c.spec.process.args = ['/bin/sh', '-c', 'cat <&3'];
      const called = await c.run({ fds: [fd] }, '--preserve-fds', '1');
      closeSync(fd);
      assert.equal(succeeded(called).stdout, 'text');
    },
  },
  {
    must: 'of two concurrent calls with one id one succeeds',
    test: async (c) => {
      c.write();
      const args = ['create', '--bundle', c.place.directory, c.id];
      const both = await Promise.all([c.call(args), c.call(args)]);
      assert.equal(both.filter(({ code }) => code === 0).length, 1);
      assert.equal(await c.status(), 'created');
    },
  },
]);
