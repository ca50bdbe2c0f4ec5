import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { cgroupValues, isUnified } from '../../support/cgroups.ts';
import { failed, succeeded, type Container } from '../../support/Container.ts';
import { section } from '../../support/row.ts';

/** Limits of update, and their files in cgroup v1 and v2. */
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

/** runc’s `update`, as containerd's go-runc calls it. */
export const updateCommandRows = section('runc#update', [
  ...updates.map(([flags, controller, v1, v2]) => ({
    must: `${flags.filter((flag) => flag.startsWith('-')).join(' and ')} of a running container takes effect`,
    test: async (c: Container) => {
      await c.running();
      succeeded(await c.call(['update', ...flags, c.id]));
      await has(c, controller, v1, v2);
    },
  })),
  {
    must: '--resources reads a file',
    test: async (c) => {
      await c.running();
      writeFileSync(c.path('resources.json'), JSON.stringify(resources));
      succeeded(await c.call(['update', '--resources', c.path('resources.json'), c.id]));
      await isUpdated(c);
    },
  },
  {
    must: '--resources - reads standard input, as containerd’s shim uses it',
    test: async (c) => {
      await c.running();
      succeeded(await c.call(['update', '--resources', '-', c.id], { stdin: JSON.stringify(resources) }));
      await isUpdated(c);
    },
  },
  {
    must: 'limits that are not named do not change',
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
    must: 'a limit that the kernel rejects is an error, and the container keeps running',
    test: async (c) => {
      await c.running();
      failed(await c.call(['update', '--cpuset-cpus', '4000', c.id]), /cpu|invalid/i);
      assert.equal(await c.sh('echo alive'), 'alive');
    },
  },
]);
