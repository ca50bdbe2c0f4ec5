import type { OciSeccomp } from '../../../hooks/oci.ts';

export type SyscallRule = NonNullable<OciSeccomp['syscalls']>[number];

const allow = 'SCMP_ACT_ALLOW';

/** errno(3) of x86 and ARM. */
const enosys = 38;

/**
 * Socket families that are kept out, because their protocols know no network namespace or offer the kernel's insides
 * for no use of a container's (linux/socket.h): 38 AF_ALG is the kernel's cryptography, 40 AF_VSOCK reaches the host
 * of a VM.
 */
const refusedFamilies = { alg: 38, vsock: 40 };

/**
 * Families above 40 (KCM to MCTP) are rare but namespaced; `socket` needs one rule per range, as runc joins rules by
 * OR.
 */
const socketRules: SyscallRule[] = [
  socketRule(refusedFamilies.alg, 'SCMP_CMP_LT'),
  socketRule(refusedFamilies.alg + 1, 'SCMP_CMP_EQ'),
  socketRule(refusedFamilies.vsock, 'SCMP_CMP_GT'),
];

/**
 * Execution domains (personality(2)): Linux, UNAME26 and the 32-bit name of the architecture, both, and the question
 * for the current.
 */
const personalities = [0x0, 0x0008, 0x20000, 0x20008, 0xffffffff];

/**
 * The flags of clone(2) that make a namespace: NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET
 * (linux/sched.h).
 */
const namespaceFlags =
  0x00020000 | 0x02000000 | 0x04000000 | 0x08000000 | 0x10000000 | 0x20000000 | 0x40000000;

/** Rules for calls that are allowed with some arguments only. */
export function filteredRules(capabilities: Record<string, true>): SyscallRule[] {
  return [
    ...socketRules,
    ...personalities.map((value) => rule('personality', { index: 0, value, op: 'SCMP_CMP_EQ' })),
    ...(capabilities['CAP_SYS_ADMIN'] ? [] : cloneRules),
  ];
}

/**
 * Without CAP_SYS_ADMIN a process makes processes and threads but no namespaces. clone3(2) passes its flags behind a
 * pointer that no filter can follow; ENOSYS makes the C library fall back to clone(2), any other error would not.
 */
const cloneRules: SyscallRule[] = [
  rule('clone', { index: 0, value: namespaceFlags, valueTwo: 0, op: 'SCMP_CMP_MASKED_EQ' }),
  { names: ['clone3'], action: 'SCMP_ACT_ERRNO', errnoRet: enosys },
];

function socketRule(value: number, op: string): SyscallRule {
  return rule('socket', { index: 0, value, op });
}

function rule(name: string, argument: NonNullable<SyscallRule['args']>[number]): SyscallRule {
  return { names: [name], action: allow, args: [argument] };
}
