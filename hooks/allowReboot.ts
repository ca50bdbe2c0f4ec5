import type { ContainerDraft } from './draft.ts';
import type { OciSeccomp } from './oci.ts';

/**
 * What the exit codes of an init that calls reboot(2) mean. In a pid namespace of its own that call ends the init, by
 * SIGHUP for a restart and by SIGINT for a halt or power-off (reboot(2), "Behavior inside PID namespaces"); runtimes
 * report 128 and the signal. 253 and 254 stand for 129 and 130 of a command: see `commandExitScript`.
 */
const rebootExits: NonNullable<ContainerDraft['rich']['exits']> = {
  129: { exitCode: 0, ending: 'reboot' },
  130: { exitCode: 0, ending: 'poweroff' },
  253: { exitCode: 129 },
  254: { exitCode: 130 },
};

/**
 * A line of shell for an init that ends with the exit code of a command: translates the code in the variable `code`,
 * so that 129 and 130 are not taken for a reboot and a power-off.
 */
export const commandExitScript = 'case $code in 129) code=253;; 130) code=254;; esac';

/** System calls that load another kernel (kexec_load(2)). */
const kexecCalls = ['kexec_load', 'kexec_file_load'];

/** Every architecture whose calls a process can make, so that the filter cannot be bypassed. */
const architectures: Readonly<Partial<Record<NodeJS.Architecture, string[]>>> = {
  x64: ['SCMP_ARCH_X86_64', 'SCMP_ARCH_X86', 'SCMP_ARCH_X32'],
  arm64: ['SCMP_ARCH_AARCH64', 'SCMP_ARCH_ARM'],
};

/**
 * Lets the init of a rich container end by reboot(2), so that a reboot inside, a power-off and a crash differ.
 * CAP_SYS_BOOT also permits kexec_load(2), which affects the host: the seccomp profile denies it. Does nothing
 * in the pid namespace of the host or of another container, where the call would affect these.
 */
export function allowReboot(draft: ContainerDraft): void {
  if (draft.namespaces.pid !== '') return;
  draft.rich.exits = structuredClone(rebootExits);
  draft.process.capabilities['CAP_SYS_BOOT'] = true;
  // A privileged container has every capability and no filter, by request.
  if (draft.seccomp !== 'default' && !draft.process.privileged) draft.seccomp = withoutKexec(draft.seccomp);
}

function withoutKexec(profile: OciSeccomp | null): OciSeccomp {
  const {
    defaultAction,
    syscalls = [],
    ...more
  } = profile ?? {
    defaultAction: 'SCMP_ACT_ALLOW',
    ...(architectures[process.arch] && { architectures: architectures[process.arch] }),
  };
  const kept = syscalls
    .map((rule) => ({ ...rule, names: rule.names.filter((name) => !kexecCalls.includes(name)) }))
    .filter(({ names }) => names.length > 0);
  // Runtimes reject a rule that repeats the default action.
  const denies = /_(ERRNO|KILL|KILL_PROCESS|KILL_THREAD)$/.test(defaultAction);
  const denial = { names: [...kexecCalls], action: 'SCMP_ACT_ERRNO', errnoRet: 1 };
  return { ...more, defaultAction, syscalls: denies ? kept : [...kept, denial] };
}
