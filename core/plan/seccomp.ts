import type { OciSeccomp } from '../../hooks/oci.ts';
import { alwaysAllowed } from './seccomp/always.ts';
import { allowedByCapability, initialNamespaceOnly } from './seccomp/byCapability.ts';
import { filteredRules } from './seccomp/filtered.ts';

/**
 * The architectures of a host's programs, and the calls that only they have. Keys are Node's `process.arch`.
 *
 * x32 is left out, unlike in Docker's profile: Debian's kernels switch that ABI off (`syscall.x32=n`), and filtering it
 * costs 7 ms of each container's start (runc 1.1.5).
 */
const architectures: Readonly<Record<string, { native: string; compat: string; calls: string[] }>> = {
  x64: {
    native: 'SCMP_ARCH_X86_64',
    compat: 'SCMP_ARCH_X86',
    calls: ['arch_prctl', 'modify_ldt'],
  },
  arm64: {
    native: 'SCMP_ARCH_AARCH64',
    compat: 'SCMP_ARCH_ARM',
    calls: [
      'arm_fadvise64_64',
      'arm_sync_file_range',
      'breakpoint',
      'cacheflush',
      'set_tls',
      'sync_file_range2',
    ],
  },
};

export interface SeccompFacts {
  /** Allows the calls of 32-bit programs, too. */
  compat32?: boolean;
  /** Node's `process.arch`. Of one that is not in the table only native calls are filtered. */
  arch?: string;
  /** The capabilities are those over a user namespace. */
  userns?: boolean;
  /** Calls that are allowed beside those. */
  more?: readonly string[];
}

/** errno(3). */
const eperm = 1;

/**
 * The default seccomp profile: an allow list that fits the container's capabilities; every other call fails with
 * EPERM. It allows what Docker's does.
 */
export function defaultSeccomp(
  capabilities: Record<string, true>,
  { compat32 = true, arch = process.arch, userns = false, more = [] }: SeccompFacts = {},
): OciSeccomp {
  const calls = architectures[arch];
  const granted = Object.keys(capabilities)
    .flatMap((name) => allowedByCapability[name] ?? [])
    .filter((call) => !userns || !initialNamespaceOnly.has(call));
  const names = new Set([...alwaysAllowed, ...(calls?.calls ?? []), ...granted, ...more]);
  return {
    defaultAction: 'SCMP_ACT_ERRNO',
    defaultErrnoRet: eperm,
    ...(calls && { architectures: [calls.native, ...(compat32 ? [calls.compat] : [])] }),
    syscalls: [{ names: [...names].sort(), action: 'SCMP_ACT_ALLOW' }, ...filteredRules(capabilities)],
  };
}
