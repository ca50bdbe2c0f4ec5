import { closeSync } from 'node:fs';
import { constants } from 'node:os';
import { libcFunction } from '../host/libc.ts';
import { sendSignal } from './sendSignal.ts';

/** Numbers of asm-generic/unistd.h, which all architectures since 2019 share. */
const sendSignalNumber = 424;
const openNumber = 434;

const pidfdOpen = libcFunction('long syscall(long number, int pid, uint flags)');
const pidfdSendSignal = libcFunction(
  'long syscall(long number, int pidfd, int signal, void *info, uint flags)',
);

/** Descriptors that are open at a time. */
const atATime = 256;

/**
 * Sends a signal to the processes of a group such as a cgroup. A pid may be another process's by now: each process is
 * held by a descriptor, and gets the signal only if the group still has its pid then.
 */
export function signalMembers(pidsOf: () => readonly number[], signal: NodeJS.Signals): void {
  // The kernel shows processes of other PID namespaces as 0, which kill(2) takes for the caller's group.
  const found = pidsOf().filter((pid) => pid > 0);
  for (let first = 0; first < found.length; first += atATime)
    signalHeld(found.slice(first, first + atATime), pidsOf, signal);
}

function signalHeld(pids: readonly number[], pidsOf: () => readonly number[], signal: NodeJS.Signals): void {
  const held = pids.map((pid) => [pid, pidfdOpen(openNumber, pid, 0)] as const);
  try {
    const members = new Set(pidsOf());
    for (const [pid, fd] of held.filter(([one]) => members.has(one)))
      if (fd >= 0) pidfdSendSignal(sendSignalNumber, fd, constants.signals[signal], null, 0);
      else if (!hasDescriptors()) sendSignal(pid, signal);
  } finally {
    for (const [, fd] of held) if (fd >= 0) closeSync(fd);
  }
}

let isKnown: boolean | undefined;

/** Linux before 5.3 has none. */
function hasDescriptors(): boolean {
  if (isKnown !== undefined) return isKnown;
  const fd = pidfdOpen(openNumber, process.pid, 0);
  if (fd >= 0) closeSync(fd);
  return (isKnown = fd >= 0);
}
