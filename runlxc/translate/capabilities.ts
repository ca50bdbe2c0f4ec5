import { readFileSync } from 'node:fs';
import { RunlxcError } from '../cli/error.ts';
import type { CapabilitySet } from '../spec/types.ts';

/** Sorted by number, linux/capability.h. */
const names = (
  'CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID KILL SETGID SETUID SETPCAP LINUX_IMMUTABLE NET_BIND_SERVICE ' +
  'NET_BROADCAST NET_ADMIN NET_RAW IPC_LOCK IPC_OWNER SYS_MODULE SYS_RAWIO SYS_CHROOT SYS_PTRACE SYS_PACCT SYS_ADMIN ' +
  'SYS_BOOT SYS_NICE SYS_RESOURCE SYS_TIME SYS_TTY_CONFIG MKNOD LEASE AUDIT_WRITE AUDIT_CONTROL SETFCAP MAC_OVERRIDE ' +
  'MAC_ADMIN SYSLOG WAKE_ALARM BLOCK_SUSPEND AUDIT_READ PERFMON BPF CHECKPOINT_RESTORE'
)
  .split(' ')
  .map((name) => `CAP_${name}`);

export const capabilityNames: readonly string[] = names;

/**
 * Returns a set as a mask in hexadecimal. Ignores unknown capabilities, and those that the runtime does not have,
 * with a warning (config.md#linux-process).
 */
export function capabilityMask(
  set: readonly string[],
  field: CapabilitySet,
  { available, warn }: { available: bigint; warn: (text: string) => void },
): string {
  let mask = 0n;
  for (const name of set) {
    const bit = 1n << BigInt(Math.max(0, names.indexOf(name.toUpperCase())));
    if (!names.includes(name.toUpperCase()) || !(available & bit))
      warn(`process.capabilities.${field}: capability ${name} cannot be granted and is ignored`);
    else mask |= bit;
  }
  return `0x${mask.toString(16)}`;
}

/** Returns the capabilities that this process can grant; in a user namespace the container's root has them all. */
export function availableCapabilities(isUserNamespaced: boolean): bigint {
  const own = /^CapBnd:\t(\w+)$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
  return isUserNamespaced || own === undefined ? (1n << 64n) - 1n : BigInt(`0x${own}`);
}

/** Parses `--cap NAME` of exec, with or without CAP_. */
export function capabilityName(text: string): string {
  const upper = text.toUpperCase();
  const name = upper.startsWith('CAP_') ? upper : `CAP_${upper}`;
  if (!names.includes(name)) throw new RunlxcError(`--cap: invalid capability ${JSON.stringify(text)}`);
  return name;
}
