import { deepEqual, throws } from 'node:assert/strict';
import type { Seccomp } from '../../../../runlxc/spec/types.ts';
import { needsListener, seccompPlan } from '../../../../runlxc/translate/seccomp.ts';

function plan(seccomp: Partial<Seccomp>): string[] {
  const whole: Seccomp = { defaultAction: 'SCMP_ACT_ALLOW', ...seccomp };
  return seccompPlan(whole).encode().split('\0').slice(0, -1);
}

const allow = String(0x7fff0000);

describe('a seccomp profile', () => {
  it('has its actions with their errno, by default EPERM', () => {
    const rule = (errnoRet?: number) => ({
      names: ['umask'],
      action: 'SCMP_ACT_ERRNO',
      ...(errnoRet && { errnoRet }),
    });
    deepEqual(plan({ syscalls: [rule(38)] }).slice(2), ['rule', String(0x50000 + 38), 'umask', '0']);
    deepEqual(plan({ syscalls: [rule()] }).slice(2), ['rule', String(0x50001), 'umask', '0']);
  });

  it('omits rules with the default action', () => {
    deepEqual(plan({ syscalls: [{ names: ['read'], action: 'SCMP_ACT_ALLOW' }] }), ['default', allow]);
  });

  it('names architectures as libseccomp does', () => {
    deepEqual(plan({ architectures: ['SCMP_ARCH_X86_64'] }).slice(2), ['architecture', 'x86_64']);
  });

  it('has all conditions of different arguments in one rule, and one rule for each of the same argument', () => {
    const at = (index: number, value: number) => ({ index, value, op: 'SCMP_CMP_EQ' });
    const rule = (...args: ReturnType<typeof at>[]) => [{ names: ['clone'], action: 'SCMP_ACT_KILL', args }];
    deepEqual(plan({ syscalls: rule(at(0, 1), at(1, 2)) }).slice(3), '0 clone 2 0 4 1 0 1 4 2 0'.split(' '));
    deepEqual(
      plan({ syscalls: rule(at(0, 1), at(0, 2)) }).slice(3),
      '0 clone 1 0 4 1 0 rule 0 clone 1 0 4 2 0'.split(' '),
    );
  });

  it('with an unknown action, operator, architecture or a misplaced errno is refused', () => {
    const args = [{ index: 0, value: 1, op: 'X' }];
    throws(() => plan({ defaultAction: 'X' }), /linux\.seccomp\.defaultAction: X/);
    throws(() => plan({ architectures: ['X'] }), /linux\.seccomp\.architectures: X/);
    throws(
      () => plan({ syscalls: [{ names: ['a'], action: 'SCMP_ACT_KILL', args }] }),
      /syscalls\[0\]\.args: X/,
    );
    throws(
      () => plan({ syscalls: [{ names: ['a'], action: 'SCMP_ACT_KILL', errnoRet: 1 }] }),
      /errnoRet is not for/,
    );
    throws(() => plan({ syscalls: [{ names: [], action: 'SCMP_ACT_KILL' }] }), /syscalls\[0\]\.names/);
  });

  it('with SCMP_ACT_NOTIFY needs a listener', () => {
    const syscalls = [{ names: ['mkdir'], action: 'SCMP_ACT_NOTIFY' }];
    throws(
      () => needsListener({ defaultAction: 'SCMP_ACT_ALLOW', syscalls }),
      /linux\.seccomp\.listenerPath/,
    );
  });
});
