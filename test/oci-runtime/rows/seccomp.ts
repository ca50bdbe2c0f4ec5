import assert from 'node:assert/strict';
import { succeeded } from '../support/container.ts';
import { section, type Row } from '../support/row.ts';
import type { Spec } from '../support/spec.ts';

type Seccomp = NonNullable<Spec['linux']['seccomp']>;
type Rule = NonNullable<Seccomp['syscalls']>[number];

/** Everything is allowed but for the rules. */
const but = (...syscalls: Rule[]): NonNullable<Row['spec']> => {
  return ({ linux }) => (linux.seccomp = { defaultAction: 'SCMP_ACT_ALLOW', syscalls });
};
const rule = (action: string, changes: Partial<Rule> = {}): Rule => ({
  names: ['umask'],
  action,
  ...changes,
});
const filter = (changes: Partial<Seccomp>): NonNullable<Row['spec']> => {
  return ({ linux }) =>
    (linux.seccomp = { defaultAction: 'SCMP_ACT_ALLOW', syscalls: [rule('SCMP_ACT_ERRNO')], ...changes });
};
/** umask(2) always succeeds with the mask before, so any error is the filter's. */
const umask = 'probe call umask 18';
const refusedUmask = 'EPERM';

/** Which of the values are refused by a comparison with 18. */
const operators: [op: string, value: number, valueTwo: number | undefined, refused: number[]][] = [
  ['SCMP_CMP_NE', 18, undefined, [17, 19]],
  ['SCMP_CMP_LT', 18, undefined, [17]],
  ['SCMP_CMP_LE', 18, undefined, [17, 18]],
  ['SCMP_CMP_EQ', 18, undefined, [18]],
  ['SCMP_CMP_GE', 18, undefined, [18, 19]],
  ['SCMP_CMP_GT', 18, undefined, [19]],
  // Of the lowest bit: set.
  ['SCMP_CMP_MASKED_EQ', 1, 1, [17, 19]],
];

/** What a static shell and the probe call, so that all else may be refused. */
const needed = [
  ...[
    'access',
    'arch_prctl',
    'brk',
    'close',
    'clone',
    'dup2',
    'execve',
    'exit',
    'exit_group',
    'fcntl',
    'fork',
    'fstat',
  ],
  ...[
    'futex',
    'getcwd',
    'geteuid',
    'getpid',
    'getppid',
    'getrandom',
    'getuid',
    'ioctl',
    'lseek',
    'mmap',
    'mprotect',
  ],
  ...[
    'munmap',
    'newfstatat',
    'open',
    'openat',
    'prctl',
    'prlimit64',
    'read',
    'readlink',
    'readlinkat',
    'rseq',
  ],
  ...[
    'rt_sigaction',
    'rt_sigprocmask',
    'rt_sigreturn',
    'set_robust_list',
    'set_tid_address',
    'sigaltstack',
    'stat',
  ],
  ...[
    'uname',
    'vfork',
    'wait4',
    'write',
    'writev',
    'nanosleep',
    'clock_nanosleep',
    'sched_yield',
    'faccessat2',
    'fstatfs',
  ],
  ...[
    'capset',
    'setgid',
    'setuid',
    'setgroups',
    'setresgid',
    'setresuid',
    'chdir',
    'epoll_ctl',
    'epoll_pwait',
    'getdents64',
    'statx',
    'close_range',
  ],
  ...[
    'capget',
    'gettid',
    'tgkill',
    'madvise',
    'epoll_create1',
    'eventfd2',
    'pipe2',
    'fchdir',
    'keyctl',
    'clone3',
    'getgid',
    'getegid',
  ],
];

/** config-linux.md, Seccomp. */
export const seccompRows = section('config-linux.md#seccomp', [
  {
    must: 'without seccomp there is no filter',
    sh: 'grep ^Seccomp: /proc/self/status',
    prints: 'Seccomp:\t0',
  },
  {
    must: 'the process runs under the filter',
    spec: but(rule('SCMP_ACT_ERRNO')),
    sh: 'grep ^Seccomp: /proc/self/status',
    prints: 'Seccomp:\t2',
  },
  {
    must: 'SCMP_ACT_ERRNO refuses with EPERM',
    spec: but(rule('SCMP_ACT_ERRNO')),
    sh: umask,
    prints: refusedUmask,
  },
  {
    must: 'errnoRet is the error instead of EPERM',
    spec: but(rule('SCMP_ACT_ERRNO', { errnoRet: 38 })),
    sh: umask,
    prints: 'ENOSYS',
  },
  {
    must: 'errnoRet of 0 makes the call succeed without being done',
    spec: but(rule('SCMP_ACT_ERRNO', { errnoRet: 0 })),
    sh: `${umask}; umask`,
    prints: '0\n0000',
  },
  {
    must: 'defaultAction is for whatever no rule names',
    spec: filter({
      defaultAction: 'SCMP_ACT_ERRNO',
      syscalls: [{ names: needed, action: 'SCMP_ACT_ALLOW' }],
    }),
    args: ['/bin/probe', 'call', 'sync'],
    prints: 'EPERM',
  },
  {
    must: 'defaultErrnoRet is the error of defaultAction',
    spec: filter({
      defaultAction: 'SCMP_ACT_ERRNO',
      defaultErrnoRet: 38,
      syscalls: [{ names: needed, action: 'SCMP_ACT_ALLOW' }],
    }),
    args: ['/bin/probe', 'call', 'sync'],
    prints: 'ENOSYS',
  },
  {
    must: 'SCMP_ACT_KILL ends the caller with SIGSYS',
    spec: but(rule('SCMP_ACT_KILL')),
    sh: `${umask}; echo $?`,
    prints: /^159$/m,
  },
  {
    must: 'SCMP_ACT_KILL_PROCESS ends the caller with SIGSYS',
    spec: but(rule('SCMP_ACT_KILL_PROCESS')),
    sh: `${umask}; echo $?`,
    prints: /^159$/m,
  },
  {
    must: 'SCMP_ACT_KILL_THREAD ends the caller with SIGSYS',
    spec: but(rule('SCMP_ACT_KILL_THREAD')),
    sh: `${umask}; echo $?`,
    prints: /^159$/m,
  },
  {
    must: 'a killed first process ends the container with 128 + SIGSYS',
    spec: but(rule('SCMP_ACT_KILL_PROCESS')),
    args: ['/bin/probe', 'call', 'umask', '18'],
    exits: 159,
  },
  {
    must: 'SCMP_ACT_TRAP sends SIGSYS, which can be caught',
    spec: but(rule('SCMP_ACT_TRAP')),
    sh: "trap 'echo trapped' SYS; umask 077; echo on",
    prints: 'trapped\non',
  },
  {
    must: 'SCMP_ACT_TRACE fails with ENOSYS where nobody traces',
    spec: but(rule('SCMP_ACT_TRACE')),
    sh: umask,
    prints: 'ENOSYS',
  },
  { must: 'SCMP_ACT_LOG lets the call happen', spec: but(rule('SCMP_ACT_LOG')), sh: umask, prints: '18' },
  {
    must: 'SCMP_ACT_ALLOW of a name with a narrower rule beside it',
    spec: but(rule('SCMP_ACT_ERRNO', { args: [{ index: 0, value: 18, op: 'SCMP_CMP_EQ' }] })),
    sh: `${umask}; probe call umask 19`,
    prints: `${refusedUmask}\n18`,
  },
  {
    must: 'a rule holds for each of its names',
    spec: but(rule('SCMP_ACT_ERRNO', { names: ['umask', 'sync', 'setpriority'] })),
    sh: `${umask}; probe call sync; probe call setpriority 0 0 1`,
    prints: 'EPERM\nEPERM\nEPERM',
  },
  {
    must: 'a name that the host’s kernel or library does not know is no error',
    spec: but(rule('SCMP_ACT_ERRNO', { names: ['make_coffee', 'umask'] })),
    sh: umask,
    prints: refusedUmask,
  },
  ...operators.map(([op, value, valueTwo, refused]) => ({
    must: `args: ${op} compares the argument`,
    spec: but(
      rule('SCMP_ACT_ERRNO', {
        args: [{ index: 0, value, op, ...(valueTwo !== undefined && { valueTwo }) }],
      }),
    ),
    sh: 'for mask in 17 18 19; do test "$(probe call umask $mask)" = EPERM && echo $mask; done; true',
    prints: refused.join('\n'),
  })),
  {
    must: 'args: all comparisons of a rule have to hold',
    spec: but(
      rule('SCMP_ACT_ERRNO', {
        names: ['setpriority'],
        args: [
          { index: 0, value: 0, op: 'SCMP_CMP_EQ' },
          { index: 2, value: 5, op: 'SCMP_CMP_EQ' },
        ],
      }),
    ),
    sh: 'probe call setpriority 0 0 4; probe call setpriority 0 0 5; probe call setpriority 1 0 5',
    prints: '0\nEPERM\n0',
  },
  {
    must: 'args: several rules of one name hold beside each other',
    spec: but(
      rule('SCMP_ACT_ERRNO', { args: [{ index: 0, value: 17, op: 'SCMP_CMP_EQ' }] }),
      rule('SCMP_ACT_ERRNO', { args: [{ index: 0, value: 19, op: 'SCMP_CMP_EQ' }] }),
    ),
    sh: 'for mask in 17 18 19; do test "$(probe call umask $mask)" = EPERM && echo $mask; done; true',
    prints: '17\n19',
  },
  {
    must: 'args: a value of 64 bits is compared as a whole',
    spec: but(rule('SCMP_ACT_ERRNO', { args: [{ index: 0, value: 2 ** 40, op: 'SCMP_CMP_GE' }] })),
    sh: `probe call umask 0x10000000000; ${umask}`,
    prints: /^EPERM\n\d+\n$/,
  },
  {
    must: 'args: two comparisons of one argument are alternatives',
    spec: but(
      rule('SCMP_ACT_ERRNO', {
        args: [
          { index: 0, value: 17, op: 'SCMP_CMP_EQ' },
          { index: 0, value: 19, op: 'SCMP_CMP_EQ' },
        ],
      }),
    ),
    sh: 'for mask in 17 18 19; do test "$(probe call umask $mask)" = EPERM && echo $mask; done; true',
    prints: '17\n19',
  },
  {
    must: 'architectures beside the machine’s own are taken',
    spec: filter({
      architectures: ['SCMP_ARCH_X86_64', 'SCMP_ARCH_X86', 'SCMP_ARCH_X32', 'SCMP_ARCH_AARCH64'],
    }),
    sh: umask,
    prints: refusedUmask,
  },
  {
    must: 'a rule holds for the calls of every listed architecture',
    notHere: () => (process.arch === 'x64' ? undefined : `on ${process.arch} there is no int 0x80`),
    spec: filter({ architectures: ['SCMP_ARCH_X86_64', 'SCMP_ARCH_X86'] }),
    sh: 'probe call32 umask 18',
    prints: refusedUmask,
  },
  {
    must: 'a call of an architecture that is not listed does not get through',
    notHere: () => (process.arch === 'x64' ? undefined : `on ${process.arch} there is no int 0x80`),
    spec: filter({ architectures: ['SCMP_ARCH_X86_64'] }),
    sh: 'probe call32 umask 18 2>/dev/null; test $? = 0 || echo killed',
    prints: /^(killed|ENOSYS|EPERM)$/m,
  },
  {
    must: 'an architecture that there is not is an error',
    spec: filter({ architectures: ['SCMP_ARCH_COFFEE'] }),
    refused: /arch/i,
  },
  {
    must: 'an action that there is not is an error',
    spec: but(rule('SCMP_ACT_COFFEE')),
    refused: /action|coffee|seccomp/i,
  },
  {
    must: 'a defaultAction that there is not is an error',
    spec: filter({ defaultAction: 'SCMP_ACT_COFFEE' }),
    refused: /action|coffee|seccomp/i,
  },
  {
    must: 'an operator that there is not is an error',
    spec: but(rule('SCMP_ACT_ERRNO', { args: [{ index: 0, value: 1, op: 'SCMP_CMP_COFFEE' }] })),
    refused: /operator|coffee|seccomp/i,
  },
  {
    must: 'an argument beyond the sixth is an error',
    spec: but(rule('SCMP_ACT_ERRNO', { args: [{ index: 6, value: 1, op: 'SCMP_CMP_EQ' }] })),
    refused: /seccomp|arg|index/i,
  },
  {
    must: 'flags are taken: SECCOMP_FILTER_FLAG_LOG',
    spec: filter({ flags: ['SECCOMP_FILTER_FLAG_LOG'] }),
    sh: umask,
    prints: refusedUmask,
  },
  {
    must: 'flags are taken: SECCOMP_FILTER_FLAG_SPEC_ALLOW',
    spec: filter({ flags: ['SECCOMP_FILTER_FLAG_SPEC_ALLOW'] }),
    sh: umask,
    prints: refusedUmask,
  },
  {
    must: 'a flag that there is not is an error',
    spec: filter({ flags: ['SECCOMP_FILTER_FLAG_COFFEE'] }),
    refused: /flag|seccomp/i,
  },
  {
    must: 'the filter holds for a user without capabilities, with and without noNewPrivileges',
    spec: (spec, bed) => {
      but(rule('SCMP_ACT_ERRNO'))(spec, bed);
      spec.process.user = { uid: 1000, gid: 1000 };
    },
    test: async (c) => {
      for (const noNewPrivileges of [false, true]) {
        Object.assign(c.spec.process, { noNewPrivileges, args: ['/bin/probe', 'call', 'umask', '18'] });
        assert.equal(succeeded(await c.run()).stdout, 'EPERM\n');
      }
    },
  },
  {
    must: 'the filter does not hinder the set-up that the runtime does before',
    spec: (spec, bed) => {
      but(
        rule('SCMP_ACT_ERRNO', {
          names: ['setuid', 'setgid', 'setgroups', 'capset', 'chdir', 'mount', 'pivot_root'],
        }),
      )(spec, bed);
      Object.assign(spec.process, { user: { uid: 1000, gid: 1000 }, cwd: '/tmp', noNewPrivileges: true });
    },
    sh: 'id -u; pwd',
    prints: '1000\n/tmp',
  },
  {
    must: 'processes of exec are under the filter, too',
    spec: but(rule('SCMP_ACT_ERRNO')),
    test: async (c) => {
      await c.running();
      assert.equal(await c.sh(umask), refusedUmask);
    },
  },
  {
    must: 'SCMP_ACT_NOTIFY hands the call to the listener, with the state of the container process',
    spec: ({ linux }, { main }) =>
      (linux.seccomp = {
        defaultAction: 'SCMP_ACT_ALLOW',
        listenerPath: main.path('notify.sock'),
        listenerMetadata: 'of the row',
        syscalls: [rule('SCMP_ACT_NOTIFY', { names: ['sync'] })],
      }),
    test: async (c, bed) => {
      const listener = await bed.helper('recvnotify', c.path('notify.sock'));
      c.spec.process.args = ['/bin/probe', 'call', 'sync'];
      assert.equal(succeeded(await c.run()).stdout, '4242\n');
      await listener.ends();
      const state = JSON.parse(listener.output.replace('listening', ''));
      assert.deepEqual(state.fds, ['seccompFd']);
      assert.equal(state.metadata, 'of the row');
      assert.equal(state.state.id, c.id);
      assert.equal(state.state.bundle, c.place.directory);
      assert.equal(typeof state.pid, 'number');
    },
  },
  {
    must: 'a listenerPath where nobody listens is an error',
    spec: ({ linux }, { main }) =>
      (linux.seccomp = {
        defaultAction: 'SCMP_ACT_ALLOW',
        listenerPath: main.path('none.sock'),
        syscalls: [rule('SCMP_ACT_NOTIFY', { names: ['sync'] })],
      }),
    refused: /seccomp|no such file|connect/i,
  },
]);
