import assert from 'node:assert/strict';
import { succeeded } from '../../support/Container.ts';
import { section } from '../../support/row.ts';
import { but, filter, refusedUmask, rule, umask } from '../../support/seccomp.ts';

/** config-linux.md, Seccomp: architectures, flags, listeners, and when a filter applies. */
export const seccompFilterRows = section('config-linux.md#seccomp', [
  {
    must: 'architectures other than the host’s are accepted',
    spec: filter({
      architectures: ['SCMP_ARCH_X86_64', 'SCMP_ARCH_X86', 'SCMP_ARCH_X32', 'SCMP_ARCH_AARCH64'],
    }),
    sh: umask,
    prints: refusedUmask,
  },
  {
    must: 'a rule applies to the calls of every listed architecture',
    notHere: () => (process.arch === 'x64' ? undefined : `${process.arch} does not have int 0x80`),
    spec: filter({ architectures: ['SCMP_ARCH_X86_64', 'SCMP_ARCH_X86'] }),
    sh: 'probe call32 umask 18',
    prints: refusedUmask,
  },
  {
    must: 'a call of an unlisted architecture is refused',
    notHere: () => (process.arch === 'x64' ? undefined : `${process.arch} does not have int 0x80`),
    spec: filter({ architectures: ['SCMP_ARCH_X86_64'] }),
    sh: 'probe call32 umask 18 2>/dev/null; test $? = 0 || echo killed',
    prints: /^(killed|ENOSYS|EPERM)$/m,
  },
  {
    must: 'an unknown architecture is an error',
    spec: filter({ architectures: ['SCMP_ARCH_COFFEE'] }),
    refused: /arch/i,
  },
  {
    must: 'an unknown action is an error',
    spec: but(rule('SCMP_ACT_COFFEE')),
    refused: /action|coffee|seccomp/i,
  },
  {
    must: 'an unknown defaultAction is an error',
    spec: filter({ defaultAction: 'SCMP_ACT_COFFEE' }),
    refused: /action|coffee|seccomp/i,
  },
  {
    must: 'an unknown operator is an error',
    spec: but(rule('SCMP_ACT_ERRNO', { args: [{ index: 0, value: 1, op: 'SCMP_CMP_COFFEE' }] })),
    refused: /operator|coffee|seccomp/i,
  },
  {
    must: 'an argument beyond the sixth is an error',
    spec: but(rule('SCMP_ACT_ERRNO', { args: [{ index: 6, value: 1, op: 'SCMP_CMP_EQ' }] })),
    refused: /seccomp|arg|index/i,
  },
  {
    must: 'flags are accepted: SECCOMP_FILTER_FLAG_LOG',
    spec: filter({ flags: ['SECCOMP_FILTER_FLAG_LOG'] }),
    sh: umask,
    prints: refusedUmask,
  },
  {
    must: 'flags are accepted: SECCOMP_FILTER_FLAG_SPEC_ALLOW',
    spec: filter({ flags: ['SECCOMP_FILTER_FLAG_SPEC_ALLOW'] }),
    sh: umask,
    prints: refusedUmask,
  },
  {
    must: 'an unknown flag is an error',
    spec: filter({ flags: ['SECCOMP_FILTER_FLAG_COFFEE'] }),
    refused: /flag|seccomp/i,
  },
  {
    must: 'the filter applies to a user without capabilities, with and without noNewPrivileges',
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
    must: 'the filter does not affect the set-up by the runtime',
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
    must: 'the filter also applies to processes of exec',
    spec: but(rule('SCMP_ACT_ERRNO')),
    test: async (c) => {
      await c.running();
      assert.equal(await c.sh(umask), refusedUmask);
    },
  },
  {
    must: 'SCMP_ACT_NOTIFY passes the call to the listener, with the state of the container process',
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
    must: 'a listenerPath without a listener is an error',
    spec: ({ linux }, { main }) =>
      (linux.seccomp = {
        defaultAction: 'SCMP_ACT_ALLOW',
        listenerPath: main.path('none.sock'),
        syscalls: [rule('SCMP_ACT_NOTIFY', { names: ['sync'] })],
      }),
    refused: /seccomp|no such file|connect/i,
  },
]);
