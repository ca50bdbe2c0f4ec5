import assert from 'node:assert/strict';
import { closeSync, existsSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { cgroupFile, cgroupValues, isUnified } from '../support/cgroups.ts';
import { until } from '../support/call.ts';
import { failed, succeeded, type Container } from '../support/container.ts';
import { withoutNamespace } from '../support/edit.ts';
import { section, type Row } from '../support/row.ts';

/** What update sets, in which files of cgroup v1 and v2. */
const updates: [flags: string[], controller: string, v1: [string, string], v2: [string, string]][] = [
  [['--memory', '67108864'], 'memory', ['memory.limit_in_bytes', '67108864'], ['memory.max', '67108864']],
  [
    ['--memory-reservation', '33554432'],
    'memory',
    ['memory.soft_limit_in_bytes', '33554432'],
    ['memory.low', '33554432'],
  ],
  [['--cpu-share', '512'], 'cpu', ['cpu.shares', '512'], ['cpu.weight', '20']],
  [['--cpu-quota', '50000'], 'cpu', ['cpu.cfs_quota_us', '50000'], ['cpu.max', '50000 100000']],
  [
    ['--cpu-period', '40000', '--cpu-quota', '20000'],
    'cpu',
    ['cpu.cfs_period_us', '40000'],
    ['cpu.max', '20000 40000'],
  ],
  [['--cpuset-cpus', '0'], 'cpuset', ['cpuset.cpus', '0'], ['cpuset.cpus', '0']],
  [['--pids-limit', '42'], 'pids', ['pids.max', '42'], ['pids.max', '42']],
];

const resources = { memory: { limit: 67_108_864 }, cpu: { shares: 512 }, pids: { limit: 42 } };

async function isUpdated(c: Container): Promise<void> {
  await has(c, 'memory', ['memory.limit_in_bytes', '67108864'], ['memory.max', '67108864']);
  await has(c, 'cpu', ['cpu.shares', '512'], ['cpu.weight', '20']);
  await has(c, 'pids', ['pids.max', '42'], ['pids.max', '42']);
}

async function has(
  c: Container,
  controller: string,
  v1: [string, string],
  v2: [string, string],
): Promise<void> {
  const [file, value] = isUnified() ? v2 : v1;
  const values = await cgroupValues(c, controller, file);
  assert.ok(values.includes(value), `${file} is ${values.join(' and ')}`);
}

/** What runc's command line has beyond the specification's operations, as containerd's go-runc calls it. */
export const commandLineRows: Row[] = [
  ...section('runc#run', [
    {
      must: 'the exit code is the process’s',
      sh: 'exit 7',
      exits: 7,
    },
    {
      must: 'the exit code of a killed process is 128 and the signal’s number',
      spec: (spec) => withoutNamespace(spec, 'pid'),
      sh: 'kill -9 $$',
      exits: 137,
    },
    {
      must: 'standard input is handed on',
      test: async (c) => {
        c.spec.process.args = ['/bin/cat'];
        assert.equal(succeeded(await c.run({ stdin: 'input' })).stdout, 'input');
      },
    },
    {
      must: 'a container that has ended is deleted',
      test: async (c) => {
        succeeded(await c.run());
        failed(await c.call(['state', c.id]), /not exist|not found|no such file/i);
      },
    },
    {
      must: '--detach returns at once, and the container runs',
      test: async (c) => {
        c.spec.process.args = ['/bin/sleep', '1000'];
        succeeded(await c.run({}, '--detach'));
        assert.equal(await c.status(), 'running');
      },
    },
    {
      must: '--keep leaves the container when it has ended',
      test: async (c) => {
        succeeded(await c.run({}, '--keep'));
        assert.equal(await c.status(), 'stopped');
      },
    },
    {
      must: 'the bundle is the working directory without --bundle',
      test: async (c) => {
        c.spec.process.args = ['/bin/sh', '-c', 'echo good'];
        c.write();
        assert.equal(succeeded(await c.call(['run', c.id], { cwd: c.place.directory })).stdout, 'good\n');
      },
    },
    {
      must: 'SIGTERM to the runtime is handed on to the process',
      test: async (c) => {
        c.spec.process.args = [
          '/bin/sh',
          '-c',
          'trap "echo caught; exit 5" TERM; kill -TERM 1; sleep 0.1; exit 6',
        ];
        assert.equal((await c.run()).code, 5);
      },
    },
  ]),
  ...section('runc#create', [
    {
      must: '--pid-file has the pid of a process that ends with the container, whose parent can wait for it',
      test: async (c) => {
        const file = c.path('pid');
        await c.running(undefined, '--pid-file', file);
        const pid = readFileSync(file, 'utf8');
        assert.match(pid, /^\d+$/);
        assert.ok(existsSync(`/proc/${pid}`));
        await c.removed();
        await until('it has ended', () => !existsSync(`/proc/${pid}`) || /^State:\s*Z/m.test(statusOf(pid)));
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
      must: '--preserve-fds hands on descriptors from the third on',
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
      must: 'two at a time with one id: one of them wins',
      test: async (c) => {
        c.write();
        const args = ['create', '--bundle', c.place.directory, c.id];
        const both = await Promise.all([c.call(args), c.call(args)]);
        assert.equal(both.filter(({ code }) => code === 0).length, 1);
        assert.equal(await c.status(), 'created');
      },
    },
  ]),
  ...section('runc#kill', [
    {
      must: '--all reaches every process of the container',
      spec: (spec) => withoutNamespace(spec, 'pid'),
      test: async (c) => {
        await c.running('sleep 500 & echo ready; wait; sleep 500');
        succeeded(await c.kill('KILL', '--all'));
        await c.becomes('stopped');
        const file = cgroupFile(c, 'pids', 'cgroup.procs');
        await until('no process is left', () => !existsSync(file) || readFileSync(file, 'utf8') === '');
      },
    },
    {
      must: '--all of a stopped container is no error',
      test: async (c) => {
        await c.running();
        succeeded(await c.kill('KILL'));
        await c.becomes('stopped');
        succeeded(await c.kill('KILL', '--all'));
      },
    },
    {
      must: 'says "container not running" or "process already finished" of a stopped container, as the shim expects it',
      test: async (c) => {
        await c.running();
        succeeded(await c.kill('KILL'));
        await c.becomes('stopped');
        failed(
          await c.kill('KILL'),
          /container not running|process already finished|os: process already finished|no such process/i,
        );
      },
    },
  ]),
  ...section('runc#delete', [
    {
      must: '--force of an unknown container is no error',
      test: async (c) => void succeeded(await c.call(['delete', '--force', 'none'])),
    },
    {
      must: 'a created container is ended and deleted, as containerd’s shim relies on it',
      test: async (c) => {
        await c.created();
        succeeded(await c.delete());
        failed(await c.call(['state', c.id]), /not exist|not found|no such file/i);
      },
    },
    {
      must: '--force ends a running container',
      test: async (c) => {
        await c.running();
        succeeded(await c.delete('--force'));
        failed(await c.call(['state', c.id]), /not exist|not found|no such file/i);
      },
    },
    {
      must: '--force ends a created container',
      test: async (c) => {
        await c.created();
        succeeded(await c.delete('--force'));
        failed(await c.call(['state', c.id]), /not exist|not found|no such file/i);
      },
    },
    {
      must: '--force ends a paused container',
      test: async (c) => {
        await c.running();
        succeeded(await c.call(['pause', c.id]));
        succeeded(await c.delete('--force'));
        failed(await c.call(['state', c.id]), /not exist|not found|no such file/i);
      },
    },
    {
      must: '--force removes what processes of exec leave, without a pid namespace',
      spec: (spec) => withoutNamespace(spec, 'pid'),
      test: async (c) => {
        await c.running();
        succeeded(await c.exec(['/bin/sleep', '500'], ['--detach', '--pid-file', c.path('exec.pid')]));
        succeeded(await c.delete('--force'));
        const pid = readFileSync(c.path('exec.pid'), 'utf8');
        await until('it has ended', () => !existsSync(`/proc/${pid}`) || /^State:\s*Z/m.test(statusOf(pid)));
      },
    },
  ]),
  ...section('runc#pause', [
    {
      must: 'a paused container does not run, and is told as paused',
      test: async (c) => {
        await c.running('echo ready; while :; do echo tick; sleep 0.02; done');
        succeeded(await c.call(['pause', c.id]));
        assert.equal(await c.status(), 'paused');
        const before = c.output;
        await new Promise((resolve) => setTimeout(resolve, 100));
        assert.equal(c.output, before);
      },
    },
    {
      must: 'resume lets it go on',
      test: async (c) => {
        await c.running('echo ready; while :; do echo tick; sleep 0.02; done');
        succeeded(await c.call(['pause', c.id]));
        succeeded(await c.call(['resume', c.id]));
        assert.equal(await c.status(), 'running');
        const before = c.output;
        await until('it goes on', () => c.output !== before);
      },
    },
    {
      must: 'pause of a stopped container is an error',
      test: async (c) => {
        await c.running();
        succeeded(await c.kill('KILL'));
        await c.becomes('stopped');
        failed(await c.call(['pause', c.id]), /running|stopped|created|state/i);
      },
    },
    {
      must: 'resume of a running container is an error',
      test: async (c) => {
        await c.running();
        failed(await c.call(['resume', c.id]), /paused/i);
      },
    },
    {
      must: 'KILL ends a paused container, at the latest when it is resumed',
      test: async (c) => {
        await c.running();
        succeeded(await c.call(['pause', c.id]));
        succeeded(await c.kill('KILL'));
        if ((await c.status()) === 'paused') await c.call(['resume', c.id]);
        await c.becomes('stopped');
      },
    },
  ]),
  ...section('runc#update', [
    ...updates.map(([flags, controller, v1, v2]) => ({
      must: `${flags.filter((flag) => flag.startsWith('-')).join(' and ')} of a running container is in force`,
      test: async (c: Container) => {
        await c.running();
        succeeded(await c.call(['update', ...flags, c.id]));
        await has(c, controller, v1, v2);
      },
    })),
    {
      must: '--resources takes a file',
      test: async (c) => {
        await c.running();
        writeFileSync(c.path('resources.json'), JSON.stringify(resources));
        succeeded(await c.call(['update', '--resources', c.path('resources.json'), c.id]));
        await isUpdated(c);
      },
    },
    {
      must: '--resources - takes standard input, as containerd’s shim gives it',
      test: async (c) => {
        await c.running();
        succeeded(await c.call(['update', '--resources', '-', c.id], { stdin: JSON.stringify(resources) }));
        await isUpdated(c);
      },
    },
    {
      must: 'what is not named stays as it is',
      spec: ({ linux }) => (linux.resources = { ...resources }),
      test: async (c) => {
        await c.running();
        succeeded(await c.call(['update', '--cpu-quota', '50000', c.id]));
        await isUpdated(c);
      },
    },
    {
      must: 'an unknown container is an error',
      test: async (c) =>
        void failed(
          await c.call(['update', '--pids-limit', '42', 'none']),
          /not exist|not found|no such file/i,
        ),
    },
    {
      must: 'a limit that the kernel does not take is an error, and the container goes on',
      test: async (c) => {
        await c.running();
        failed(await c.call(['update', '--cpuset-cpus', '4000', c.id]), /cpu|invalid/i);
        assert.equal(await c.sh('echo alive'), 'alive');
      },
    },
  ]),
  ...section('runc#ps', [
    {
      must: '--format json lists the pids of all processes, as the host sees them',
      test: async (c) => {
        await c.running('sleep 500 & echo ready; wait');
        const pids = JSON.parse(succeeded(await c.call(['ps', '--format', 'json', c.id])).stdout) as number[];
        assert.equal(pids.length, 2);
        assert.ok(pids.includes((await c.state()).pid!));
        for (const pid of pids) assert.ok(existsSync(`/proc/${pid}`));
      },
    },
    {
      must: 'an unknown container is an error',
      test: async (c) =>
        void failed(await c.call(['ps', '--format', 'json', 'none']), /not exist|not found|no such file/i),
    },
  ]),
  ...section('runc#list', [
    {
      must: '--format json tells id, pid, status and bundle of every container of the --root',
      test: async (c, bed) => {
        const other = bed.container('other');
        await other.created();
        await c.running();
        const listed = JSON.parse(succeeded(await c.call(['list', '--format', 'json'])).stdout) as any[];
        const told = listed.map(({ id, pid, status, bundle }) => ({ id, pid, status, bundle }));
        const states = [await c.state(), await other.state()];
        const expected = states.map(({ id, pid, status, bundle }) => ({ id, pid, status, bundle }));
        assert.deepEqual(told.toSorted(byId), expected.toSorted(byId));
      },
    },
    {
      must: '--quiet tells only ids',
      test: async (c) => {
        await c.created();
        assert.equal(succeeded(await c.call(['list', '--quiet'])).stdout.trim(), c.id);
      },
    },
    {
      must: 'without containers it lists none, and is no error',
      test: async (c) => {
        const { stdout } = succeeded(await c.call(['list', '--format', 'json']));
        assert.match(stdout.trim(), /^(null|\[\s*\])$/);
      },
    },
  ]),
  ...section('runc#events', [
    {
      must: '--stats tells memory, CPU and pids in one JSON object',
      test: async (c) => {
        await c.running();
        const event = JSON.parse(succeeded(await c.call(['events', '--stats', c.id])).stdout);
        assert.equal(event.type, 'stats');
        assert.equal(event.id, c.id);
        assert.ok(event.data.memory.usage.usage > 0);
        assert.ok(event.data.cpu.usage.total > 0);
        assert.ok(event.data.pids.current >= 1);
      },
    },
    {
      must: '--stats of a stopped container is an error',
      test: async (c) => {
        await c.running();
        succeeded(await c.kill('KILL'));
        await c.becomes('stopped');
        failed(await c.call(['events', '--stats', c.id]), /stopped|running/i);
      },
    },
  ]),
  ...section('runc#log', [
    {
      must: 'with --log-format json an error is a line with level, msg and time in the --log file',
      test: async (c) => {
        await c.call(['state', 'none']);
        const { level, msg, time } = JSON.parse(c.log.trim().split('\n').at(-1)!) as Record<string, string>;
        assert.equal(level, 'error');
        assert.match(msg!, /not exist|not found|no such file/i);
        assert.ok(!Number.isNaN(Date.parse(time!)));
      },
    },
    {
      must: 'a line break or a quote in a message is escaped',
      test: async (c) => {
        c.spec.process.args = ['/no/"such"\nfile'];
        failed(await c.run(), /no such file/i);
        for (const line of c.log.trim().split('\n')) JSON.parse(line);
      },
    },
    {
      must: 'an unknown command is an error',
      test: async (c) => void failed(await c.call(['brew', c.id]), /brew|command|help/i),
    },
    {
      must: 'an unknown flag is an error',
      test: async (c) => void failed(await c.call(['state', '--coffee', c.id]), /coffee|flag|option/i),
    },
  ]),
  ...section('runc#version', [
    {
      must: '--version has the runtime’s name and version in the first line, and the specification’s in another',
      test: async (c) => {
        const { stdout } = succeeded(await c.call(['--version']));
        assert.match(stdout, /^\w+ version \d+\.\d+\.\d+/);
        assert.match(stdout, /^spec: 1\.\d+\.\d+/m);
      },
    },
  ]),
  ...section('runc#spec', [
    {
      must: 'writes a config.json with which a container runs',
      test: async (c) => {
        succeeded(await c.call(['spec'], { cwd: c.place.directory }));
        const spec = JSON.parse(readFileSync(c.path('config.json'), 'utf8')) as Container['spec'];
        spec.process.terminal = false;
        spec.process.args = ['/bin/sh', '-c', 'echo good'];
        delete spec.process.rlimits;
        Object.assign(c.spec, spec, { linux: { ...spec.linux, cgroupsPath: c.place.cgroup } });
        c.spec.mounts = spec.mounts.map((mount) => ({
          ...mount,
          ...(mount.options && { options: mount.options.filter((option) => option !== 'gid=5') }),
        }));
        assert.equal(succeeded(await c.run()).stdout, 'good\n');
      },
    },
    {
      must: 'does not overwrite a config.json',
      test: async (c) => {
        c.write();
        const before = readFileSync(c.path('config.json'), 'utf8');
        failed(await c.call(['spec'], { cwd: c.place.directory }), /exist/i);
        assert.equal(readFileSync(c.path('config.json'), 'utf8'), before);
      },
    },
  ]),
];

const byId = (a: { id: string }, b: { id: string }) => (a.id < b.id ? -1 : 1);

function statusOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/status`, 'utf8');
  } catch {
    return 'State: Z';
  }
}
