import { constants } from 'node:os';
import { check, libcFunction } from './libc.ts';

/** sys/prctl.h. */
const PR_SET_PDEATHSIG = 1;

/** Has the kernel kill this process when its parent has ended (prctl(2)), whatever it is blocked in or computes. */
export function endWithParent(): void {
  const prctl = libcFunction('int prctl(int option, ulong value)');
  check(prctl(PR_SET_PDEATHSIG, constants.signals.SIGKILL), 'prctl');
}
