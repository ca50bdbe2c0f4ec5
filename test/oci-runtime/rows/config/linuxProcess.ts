import { readFileSync } from 'node:fs';
import { existsSync } from 'node:fs';
import { withoutDefaultNiceness } from '../../support/niceness.ts';
import { section } from '../../support/row.ts';

const probe = (what: string) => ['/bin/probe', what];

/** config.md, Linux Process, without capabilities and rlimits. */
export const linuxProcessRows = section('config.md#linux-process', [
  {
    must: 'noNewPrivileges prevents the process from gaining privileges',
    spec: ({ process }) => (process.noNewPrivileges = true),
    sh: 'grep NoNewPrivs /proc/self/status',
    prints: 'NoNewPrivs:\t1',
  },
  {
    must: 'without noNewPrivileges it may gain them',
    sh: 'grep NoNewPrivs /proc/self/status',
    prints: 'NoNewPrivs:\t0',
  },
  {
    must: 'oomScoreAdj is the process’s',
    spec: ({ process }) => (process.oomScoreAdj = 321),
    sh: 'cat /proc/self/oom_score_adj',
    prints: '321',
  },
  {
    must: 'without oomScoreAdj that of the runtime is kept',
    sh: 'cat /proc/self/oom_score_adj',
    prints: readFileSync('/proc/self/oom_score_adj', 'utf8').trim(),
  },
  {
    must: 'an oomScoreAdj beyond 1000 is an error',
    spec: ({ process }) => (process.oomScoreAdj = 1001),
    refused: /oom|invalid argument/i,
  },
  {
    must: 'ioPriority sets class and priority',
    spec: ({ process }) => (process.ioPriority = { class: 'IOPRIO_CLASS_BE', priority: 6 }),
    args: probe('ioprio'),
    prints: 'class=2 level=6',
  },
  {
    must: 'ioPriority supports the idle class',
    spec: ({ process }) => (process.ioPriority = { class: 'IOPRIO_CLASS_IDLE', priority: 0 }),
    args: probe('ioprio'),
    prints: 'class=3 level=0',
  },
  {
    must: 'ioPriority supports the realtime class',
    spec: ({ process }) => (process.ioPriority = { class: 'IOPRIO_CLASS_RT', priority: 4 }),
    args: probe('ioprio'),
    prints: 'class=1 level=4',
  },
  {
    must: 'ioPriority of an unknown class is an error',
    spec: ({ process }) => (process.ioPriority = { class: 'IOPRIO_CLASS_COFFEE', priority: 0 }),
    refused: /ioprio|priority|class/i,
  },
  {
    must: 'scheduler.nice is the nice value under SCHED_OTHER',
    notHere: withoutDefaultNiceness,
    spec: ({ process }) => (process.scheduler = { policy: 'SCHED_OTHER', nice: 5 }),
    args: probe('sched'),
    prints: /^policy=0 nice=5 /,
  },
  {
    must: 'scheduler.policy SCHED_BATCH is set',
    notHere: withoutDefaultNiceness,
    spec: ({ process }) => (process.scheduler = { policy: 'SCHED_BATCH', nice: 3 }),
    args: probe('sched'),
    prints: /^policy=3 nice=3 /,
  },
  {
    must: 'scheduler.policy SCHED_IDLE is set',
    notHere: withoutDefaultNiceness,
    spec: ({ process }) => (process.scheduler = { policy: 'SCHED_IDLE' }),
    args: probe('sched'),
    prints: /^policy=5 /,
  },
  {
    must: 'scheduler.policy SCHED_FIFO is set with its priority',
    notHere: withoutRealtime,
    spec: ({ process, linux }) => {
      process.scheduler = { policy: 'SCHED_FIFO', priority: 10 };
      linux.resources = { cpu: { realtimeRuntime: 1000, realtimePeriod: 1_000_000 } };
    },
    args: probe('sched'),
    prints: /^policy=1 nice=0 priority=10 /,
  },
  {
    must: 'scheduler.flags are set',
    notHere: withoutDefaultNiceness,
    spec: ({ process }) =>
      (process.scheduler = { policy: 'SCHED_OTHER', nice: 1, flags: ['SCHED_FLAG_RESET_ON_FORK'] }),
    args: probe('sched'),
    prints: /^policy=0 nice=1 priority=0 flags=1 /,
  },
  {
    must: 'scheduler of an unknown policy is an error',
    spec: ({ process }) => (process.scheduler = { policy: 'SCHED_COFFEE' }),
    refused: /sched|polic/i,
  },
  {
    must: 'apparmorProfile is not ignored on a host without AppArmor',
    notHere: () => (existsSync('/sys/module/apparmor') ? 'the host has AppArmor' : undefined),
    spec: ({ process }) => (process.apparmorProfile = 'house-rules'),
    refused: /apparmor/i,
  },
  {
    must: 'selinuxLabel is not ignored on a host without SELinux',
    notHere: () => (existsSync('/sys/fs/selinux') ? 'the host has SELinux' : undefined),
    spec: ({ process }) => (process.selinuxLabel = 'system_u:system_r:container_t:s0:c1,c2'),
    refused: /selinux|\/attr\//i,
  },
]);

/** With CONFIG_RT_GROUP_SCHED the parents limit a cgroup's realtime, by default to 0. */
function withoutRealtime(): string | undefined {
  const file = '/sys/fs/cgroup/cpu/cpu.rt_runtime_us';
  return existsSync(file) ? 'the parents of a new cgroup have no realtime budget' : undefined;
}
