import assert from 'node:assert/strict';
import { closeSync, openSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { until } from '../../support/call.ts';
import { controllerHere, makeCgroupBelow, ownCgroups } from '../../support/cgroups.ts';
import { failed, succeeded, type Container } from '../../support/Container.ts';
import { hasEnded } from '../../support/processes.ts';
import { section } from '../../support/row.ts';
import type { Process } from '../../support/spec.ts';

/** A complete process.json for `exec --process`, as containerd's shim writes it. */
async function execProcess(c: Container, changes: Partial<Process>, ...flags: string[]) {
  const file = c.path('process.json');
  writeFileSync(file, JSON.stringify({ ...c.spec.process, ...changes }));
  return c.call(['exec', ...flags, '--process', file, c.id]);
}

const sh = (script: string): string[] => ['/bin/sh', '-c', script];
const capKill = 'CAP_KILL';

/** runc’s `exec`, as containerd's go-runc and users call it. */
export const execRows = section('runc#exec', [
  {
    must: 'the process runs in the container’s namespaces, root and cgroup',
    test: async (c) => {
      await c.running();
      const { pid } = await c.state();
      const seen = await c.sh(
        'for n in pid net ipc uts mnt; do readlink /proc/self/ns/$n; done; cat /proc/self/cgroup',
      );
      const [pidNs, net, ipc, uts, mnt, ...cgroups] = seen.split('\n');
      const own = (name: string) => readlinkSync(`/proc/${pid}/ns/${name}`);
      assert.deepEqual([pidNs, net, ipc, uts, mnt], ['pid', 'net', 'ipc', 'uts', 'mnt'].map(own));
      for (const { path } of ownCgroups(pid!))
        assert.ok(
          cgroups.some((line) => line.endsWith(path)),
          path,
        );
    },
  },
  {
    must: 'the exit code is the process’s',
    test: async (c) => {
      await c.running();
      assert.equal((await c.exec(sh('exit 7'))).code, 7);
    },
  },
  {
    must: 'the exit code of a killed process is 128 and the signal’s number',
    test: async (c) => {
      await c.running();
      assert.equal((await c.exec(sh('kill -9 $$'))).code, 137);
    },
  },
  {
    must: 'standard input, output and error are the caller’s',
    test: async (c) => {
      await c.running();
      const { stdout, stderr } = succeeded(await c.exec(sh('cat; echo error >&2'), [], { stdin: 'input' }));
      assert.deepEqual([stdout, stderr], ['input', 'error\n']);
    },
  },
  {
    must: '--process has args, cwd, env and user',
    test: async (c) => {
      await c.running();
      const process = {
        args: sh('pwd; echo $NAME; id -u; id -g'),
        cwd: '/tmp',
        env: ['PATH=/bin', 'NAME=value'],
        user: { uid: 5, gid: 6 },
      };
      assert.equal(succeeded(await execProcess(c, process)).stdout, '/tmp\nvalue\n5\n6\n');
    },
  },
  {
    must: '--process has additionalGids',
    test: async (c) => {
      await c.running();
      const user = { uid: 5, gid: 6, additionalGids: [7, 8] };
      assert.equal(succeeded(await execProcess(c, { args: sh('id -G'), user })).stdout, '6 7 8\n');
    },
  },
  {
    must: '--process has umask',
    test: async (c) => {
      await c.running();
      const user = { uid: 0, gid: 0, umask: 0o077 };
      assert.equal(succeeded(await execProcess(c, { args: sh('umask'), user })).stdout, '0077\n');
    },
  },
  {
    must: '--process has capabilities: they are those of the process',
    test: async (c) => {
      await c.running();
      const capabilities = { bounding: [capKill], permitted: [capKill], effective: [capKill] };
      const { stdout } = succeeded(
        await execProcess(c, { args: ['/bin/cat', '/proc/self/status'], capabilities }),
      );
      assert.match(
        stdout,
        /^CapPrm:\t0000000000000020\nCapEff:\t0000000000000020\nCapBnd:\t0000000000000020$/m,
      );
    },
  },
  {
    must: '--process without capabilities has an empty set',
    test: async (c) => {
      await c.running();
      const { stdout } = succeeded(
        await execProcess(c, { args: ['/bin/cat', '/proc/self/status'], capabilities: {} }),
      );
      assert.match(stdout, /^CapPrm:\t0+\nCapEff:\t0+\nCapBnd:\t0+$/m);
    },
  },
  {
    must: '--process has rlimits and noNewPrivileges',
    test: async (c) => {
      await c.running();
      const { stdout } = succeeded(
        await execProcess(c, {
          args: sh('ulimit -c; grep NoNewPrivs /proc/self/status'),
          rlimits: [{ type: 'RLIMIT_CORE', soft: 51_200, hard: 102_400 }],
          noNewPrivileges: true,
        }),
      );
      assert.equal(stdout, '100\nNoNewPrivs:\t1\n');
    },
  },
  {
    must: '--process has oomScoreAdj',
    test: async (c) => {
      await c.running();
      const { stdout } = succeeded(
        await execProcess(c, { args: sh('cat /proc/self/oom_score_adj'), oomScoreAdj: 77 }),
      );
      assert.equal(stdout, '77\n');
    },
  },
  {
    must: 'without --process the container’s user, cwd, env and capabilities apply',
    spec: ({ process }) => {
      process.user = { uid: 5, gid: 6 };
      process.cwd = '/tmp';
      process.env.push('NAME=value');
      process.capabilities = { bounding: [capKill] };
    },
    test: async (c) => {
      await c.running();
      assert.equal(
        await c.sh('id -u; id -g; pwd; echo $NAME; grep CapBnd /proc/self/status'),
        '5\n6\n/tmp\nvalue\nCapBnd:\t0000000000000020',
      );
    },
  },
  {
    must: '--cwd, --env and --user change them',
    test: async (c) => {
      await c.running();
      const flags = ['--cwd', '/tmp', '--env', 'NAME=value', '--env', 'OTHER=', '--user', '5:6'];
      const { stdout } = succeeded(await c.exec(sh('pwd; echo "$NAME$OTHER"; id -u; id -g'), flags));
      assert.equal(stdout, '/tmp\nvalue\n5\n6\n');
    },
  },
  {
    must: '--additional-gids are supplementary groups',
    test: async (c) => {
      await c.running();
      const flags = ['--user', '5:6', '--additional-gids', '7', '--additional-gids', '8'];
      assert.equal(succeeded(await c.exec(sh('id -G'), flags)).stdout, '6 7 8\n');
    },
  },
  {
    must: '--cap adds a capability',
    spec: ({ process }) => (process.capabilities = { bounding: [], permitted: [], effective: [] }),
    test: async (c) => {
      await c.running();
      const { stdout } = succeeded(await c.exec(['/bin/cat', '/proc/self/status'], ['--cap', capKill]));
      assert.match(stdout, /^CapBnd:\t0000000000000020$/m);
    },
  },
  {
    must: '--no-new-privs prevents the process from gaining privileges',
    test: async (c) => {
      await c.running();
      assert.match(
        succeeded(await c.exec(sh('grep NoNewPrivs /proc/self/status'), ['--no-new-privs'])).stdout,
        /^NoNewPrivs:\t1$/m,
      );
    },
  },
  {
    must: '--detach returns at once, and --pid-file has the process’s pid as the host sees it',
    test: async (c) => {
      await c.running();
      const file = c.path('exec.pid');
      succeeded(await c.exec(['/bin/sleep', '500'], ['--detach', '--pid-file', file]));
      const pid = readFileSync(file, 'utf8');
      assert.match(pid, /^\d+$/);
      // runc returns while execve is under way: /proc/PID/cmdline is empty until the new arguments are in place.
      const commandLine = () => readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
      await until('the process is sleep 500', () => commandLine().includes('sleep 500'));
    },
  },
  {
    must: '--preserve-fds passes descriptors from the third on',
    test: async (c) => {
      await c.running();
      const fd = openSync(c.path('config.json'), 'r');
      const called = await c.exec(sh('head -c 1 <&3'), ['--preserve-fds', '1'], { fds: [fd] });
      closeSync(fd);
      assert.equal(succeeded(called).stdout, '{');
    },
  },
  {
    must: 'without --preserve-fds no descriptor beyond the third is passed',
    test: async (c) => {
      await c.running();
      const fd = openSync(c.path('config.json'), 'r');
      const called = await c.exec(sh('(head -c 1 <&3) 2>/dev/null || echo none'), [], { fds: [fd] });
      closeSync(fd);
      assert.equal(succeeded(called).stdout, 'none\n');
    },
  },
  {
    must: 'an executable that does not exist is an error with runc’s message',
    test: async (c) => {
      await c.running();
      failed(await c.exec(['/no/such']), /no such file/i);
      failed(await c.exec(['nothing']), /not found/i);
      assert.equal(await c.status(), 'running');
    },
  },
  {
    must: 'a cwd that cannot be entered is an error',
    test: async (c) => {
      await c.running();
      failed(await c.exec(['/bin/sleep', '0'], ['--cwd', '/bin/busybox']), /not a directory|cwd|chdir/i);
    },
  },
  {
    must: '--cgroup moves the process to a cgroup below the container’s',
    test: async (c) => {
      await c.running();
      const { pid } = await c.state();
      const below = ownCgroups(pid!).map(({ path }) => `${path}/below`);
      makeCgroupBelow(pid!, 'below');
      const seen = succeeded(await c.exec(sh('cat /proc/self/cgroup'), ['--cgroup', 'below'])).stdout;
      for (const path of below) assert.ok(seen.includes(`:${path}\n`), `${path} in ${seen}`);
    },
  },
  {
    must: '--cgroup may name a controller of cgroup v1; in the others the process stays in the container’s cgroup',
    notHere: () =>
      ['pids', 'freezer'].every(controllerHere)
        ? undefined
        : 'the host has no cgroup v1 with pids and freezer',
    test: async (c) => {
      await c.running();
      const { pid } = await c.state();
      const pathOf = (controller: string) =>
        ownCgroups(pid!).find(({ controllers }) => controllers === controller)?.path;
      makeCgroupBelow(pid!, 'below');
      const seen = succeeded(await c.exec(sh('cat /proc/self/cgroup'), ['--cgroup', 'pids:below'])).stdout;
      assert.match(seen, new RegExp(`:pids:${pathOf('pids')}/below$`, 'm'));
      assert.match(seen, new RegExp(`:freezer:${pathOf('freezer')}$`, 'm'));
    },
  },
  {
    must: '--cgroup of a cgroup that does not exist is an error',
    test: async (c) => {
      await c.running();
      failed(await c.exec(sh('true'), ['--cgroup', 'nosuch']), /nosuch|cgroup/i);
    },
  },
  {
    must: '--cgroup above the container’s is an error',
    test: async (c) => {
      await c.running();
      failed(await c.exec(sh('true'), ['--cgroup', '../..']), /cgroup/i);
    },
  },
  {
    must: 'in a created container it runs beside the process that waits',
    test: async (c) => {
      await c.created();
      assert.equal(await c.sh('echo inside'), 'inside');
      assert.equal(await c.status(), 'created');
    },
  },
  {
    must: 'in a stopped container it is an error',
    test: async (c) => {
      await c.running();
      succeeded(await c.kill('KILL'));
      await c.becomes('stopped');
      failed(await c.exec(sh('true')), /stopped|running|state/i);
    },
  },
  {
    must: 'in an unknown container it is an error',
    test: async (c) =>
      void failed(await c.call(['exec', 'none', 'true']), /not exist|not found|no such file/i),
  },
  {
    must: 'in a paused container it is an error',
    test: async (c) => {
      await c.running();
      succeeded(await c.call(['pause', c.id]));
      failed(await c.exec(sh('true')), /paused/i);
      succeeded(await c.call(['resume', c.id]));
    },
  },
  {
    must: 'the processes of exec are killed with the container',
    test: async (c) => {
      await c.running();
      const file = c.path('exec.pid');
      succeeded(await c.exec(['/bin/sleep', '500'], ['--detach', '--pid-file', file]));
      await c.removed();
      await until('the process has ended', () => hasEnded(readFileSync(file, 'utf8')));
    },
  },
  {
    must: 'five concurrent calls succeed',
    test: async (c) => {
      await c.running();
      const all = await Promise.all([1, 2, 3, 4, 5].map((number) => c.sh(`echo ${number}`)));
      assert.deepEqual(all, ['1', '2', '3', '4', '5']);
    },
  },
]);
