import assert from 'node:assert/strict';
import { defaultCapabilities } from '../../../../core/plan/capabilities.ts';
import { defaultSeccomp } from '../../../../core/plan/seccomp.ts';

const byDefault = Object.fromEntries(defaultCapabilities.map((name) => [name, true as const]));

function rulesFor(call: string, capabilities: Record<string, true> = byDefault, arch = 'x64') {
  return (defaultSeccomp(capabilities, { arch }).syscalls ?? []).filter(({ names }) => names.includes(call));
}

function isAllowed(call: string, capabilities?: Record<string, true>): boolean {
  return rulesFor(call, capabilities).some(({ action, args }) => action === 'SCMP_ACT_ALLOW' && !args);
}

describe('plan: default seccomp profile', () => {
  it('refuses what it does not name with EPERM', () => {
    const { defaultAction, defaultErrnoRet } = defaultSeccomp(byDefault);
    assert.deepEqual([defaultAction, defaultErrnoRet], ['SCMP_ACT_ERRNO', 1]);
  });

  for (const call of ['read', 'execve', 'futex', 'ptrace', 'chroot', 'statx', 'faccessat2']) {
    it(`allows ${call} by default`, () => {
      assert.equal(isAllowed(call), true);
    });
  }

  for (const [call, capability] of [
    ['mount', 'CAP_SYS_ADMIN'],
    ['setns', 'CAP_SYS_ADMIN'],
    ['unshare', 'CAP_SYS_ADMIN'],
    ['bpf', 'CAP_BPF'],
    ['reboot', 'CAP_SYS_BOOT'],
    ['init_module', 'CAP_SYS_MODULE'],
    ['open_by_handle_at', 'CAP_DAC_READ_SEARCH'],
    ['clock_settime', 'CAP_SYS_TIME'],
    ['syslog', 'CAP_SYSLOG'],
  ] as const) {
    it(`allows ${call} only with ${capability}`, () => {
      assert.equal(isAllowed(call), false);
      assert.equal(isAllowed(call, { ...byDefault, [capability]: true }), true);
    });
  }

  for (const call of [
    'kexec_load',
    'keyctl',
    'add_key',
    'userfaultfd',
    'io_uring_setup',
    'swapon',
    'pivot_root',
    'nfsservctl',
  ]) {
    it(`never allows ${call}`, () => {
      assert.equal(rulesFor(call).length, 0);
      assert.equal(rulesFor(call, { ...byDefault, CAP_SYS_ADMIN: true }).length, 0);
    });
  }

  it('lets a container without SYS_ADMIN clone processes but not namespaces', () => {
    const [rule, ...more] = rulesFor('clone');
    assert.deepEqual(more, []);
    assert.deepEqual(rule?.args, [{ index: 0, value: 0x7e020000, valueTwo: 0, op: 'SCMP_CMP_MASKED_EQ' }]);
  });

  it('fails clone3 with ENOSYS, so that the C library takes clone', () => {
    assert.deepEqual(rulesFor('clone3'), [{ names: ['clone3'], action: 'SCMP_ACT_ERRNO', errnoRet: 38 }]);
  });

  it('leaves clone and clone3 alone with SYS_ADMIN', () => {
    const admin = { CAP_SYS_ADMIN: true as const };
    assert.equal(isAllowed('clone', admin), true);
    assert.equal(isAllowed('clone3', admin), true);
    assert.equal(rulesFor('clone3', admin).length, 1);
  });

  it('allows the sockets of every family but AF_ALG (38) and AF_VSOCK (40)', () => {
    const allows = (family: number) =>
      rulesFor('socket').some(({ args }) =>
        (args ?? []).every(({ value, op }) =>
          op === 'SCMP_CMP_LT' ? family < value : op === 'SCMP_CMP_GT' ? family > value : family === value,
        ),
      );
    assert.deepEqual(
      [1, 2, 10, 16, 17, 37, 38, 39, 40, 41, 44].filter(allows),
      [1, 2, 10, 16, 17, 37, 39, 41, 44],
    );
  });

  it('leaves the calls of 32-bit programs out where none runs', () => {
    const { architectures } = defaultSeccomp({}, { arch: 'x64', compat32: false });
    assert.deepEqual(architectures, ['SCMP_ARCH_X86_64']);
  });

  it('knows the calls and sub-architectures of each architecture', () => {
    assert.deepEqual(defaultSeccomp({}, { arch: 'x64' }).architectures, [
      'SCMP_ARCH_X86_64',
      'SCMP_ARCH_X86',
    ]);
    assert.deepEqual(defaultSeccomp({}, { arch: 'arm64' }).architectures, [
      'SCMP_ARCH_AARCH64',
      'SCMP_ARCH_ARM',
    ]);
    assert.equal(rulesFor('arch_prctl', {}, 'arm64').length, 0);
    assert.equal(rulesFor('set_tls', {}, 'arm64').length, 1);
    assert.equal(defaultSeccomp({}, { arch: 'riscv64' }).architectures, undefined);
  });

  it('names no call twice in one rule', () => {
    for (const { names } of defaultSeccomp(byDefault).syscalls ?? [])
      assert.equal(new Set(names).size, names.length);
  });
});
