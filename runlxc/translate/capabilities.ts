import { RunlxcError } from '../cli/error.ts';
import type { CapabilitySet } from '../spec/types.ts';

/** In the order of their numbers, linux/capability.h. */
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
 * A set as a mask, in hexadecimal. A name that no kernel knows is left out with a warning, for profiles are written for newer
 * ones; that is runc's way too.
 */
export function capabilityMask(set: readonly string[], field: CapabilitySet, warn: (text: string) => void): string {
  let mask = 0n;
  for (const name of set) {
    const number = names.indexOf(name.toUpperCase());
    if (number === -1) warn(`process.capabilities.${field}: unknown capability ${name} is ignored`);
    else mask |= 1n << BigInt(number);
  }
  return `0x${mask.toString(16)}`;
}

/** `--cap NAME` of exec, with or without CAP_. */
export function capabilityName(text: string): string {
  const upper = text.toUpperCase();
  const name = upper.startsWith('CAP_') ? upper : `CAP_${upper}`;
  if (!names.includes(name)) throw new RunlxcError(`--cap: ${text} is no capability`);
  return name;
}
