import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { allowReboot, commandExitScript } from '../../../hooks/allowReboot.ts';
import type { ContainerDraft } from '../../../hooks/draft.ts';
import { richDraft } from '../plugins/richDraft.ts';

const kexec = ['kexec_load', 'kexec_file_load'];
const denied = { names: kexec, action: 'SCMP_ACT_ERRNO', errnoRet: 1 };

function allowed(given: Partial<ContainerDraft> = {}): ContainerDraft {
  const draft = { ...richDraft({}), ...given };
  allowReboot(draft);
  return draft;
}

describe('an init that may end by reboot(2)', () => {
  it('has the capability, and exit codes that mean reboot and power-off', () => {
    const { process, rich, seccomp } = allowed();
    assert.equal(process.capabilities['CAP_SYS_BOOT'], true);
    assert.deepEqual([rich.exits?.['129']?.ending, rich.exits?.['130']?.ending], ['reboot', 'poweroff']);
    assert.equal(seccomp, 'default');
  });

  it('shares nothing with another container', () => {
    allowed().rich.exits!['130']!.whenStopped = 143;
    assert.equal(allowed().rich.exits?.['130']?.whenStopped, undefined);
  });

  it('has no capability in the pid namespace of the host, whose kernel it would reboot', () => {
    for (const namespaces of [{}, { pid: 'container:abc' }]) {
      const { process, rich } = allowed({ namespaces });
      assert.deepEqual([process.capabilities, rich.exits], [{}, undefined]);
    }
  });

  it('cannot load a kernel where its user wants no filter', () => {
    const { seccomp } = allowed({ seccomp: null });
    assert.ok(seccomp && seccomp !== 'default');
    assert.deepEqual([seccomp.defaultAction, seccomp.syscalls], ['SCMP_ACT_ALLOW', [denied]]);
    // 32-bit calls must not bypass it.
    if (process.arch === 'x64')
      assert.deepEqual(seccomp.architectures, ['SCMP_ARCH_X86_64', 'SCMP_ARCH_X86', 'SCMP_ARCH_X32']);
  });

  it('cannot load a kernel where the profile of its user allows it', () => {
    const syscalls = [
      { names: ['read', 'kexec_load'], action: 'SCMP_ACT_ALLOW' },
      { names: ['kexec_file_load'], action: 'SCMP_ACT_ALLOW' },
    ];
    const profileOf = (defaultAction: string) => allowed({ seccomp: { defaultAction, syscalls } }).seccomp;
    const read = { names: ['read'], action: 'SCMP_ACT_ALLOW' };
    assert.deepEqual(profileOf('SCMP_ACT_ERRNO'), { defaultAction: 'SCMP_ACT_ERRNO', syscalls: [read] });
    assert.deepEqual(profileOf('SCMP_ACT_LOG'), { defaultAction: 'SCMP_ACT_LOG', syscalls: [read, denied] });
  });

  it('ends with every exit code of a command but those two, which stand for 129 and 130', () => {
    const { exits } = allowed().rich;
    const codeFor = (code: number): number => {
      const script = `code=${code}; ${commandExitScript}; printf %s "$code"`;
      const status = Number(execFileSync('/bin/sh', ['-c', script], { encoding: 'utf8' }));
      return exits?.[status]?.exitCode ?? status;
    };
    for (const code of [0, 1, 128, 129, 130, 131, 143, 255]) assert.equal(codeFor(code), code);
  });
});
