import { check, libcFunction } from '../../host/libc.ts';

const prctl = libcFunction('int prctl(int option, ulong value)');

/** sys/prctl.h. */
const PR_SET_PDEATHSIG = 1;
const SIGKILL = 9;

/** A worker that waits for a file system does not see that its stdin has ended. */
export function endWithParent(): void {
  check(prctl(PR_SET_PDEATHSIG, SIGKILL), 'prctl');
}
