import { openSync } from 'node:fs';
import { check, libcFunction } from '../../host/libc.ts';
import { using } from './openInside.ts';

const setns = libcFunction('int setns(int fd, int nstype)');
const unshare = libcFunction('int unshare(int flags)');

/** linux/sched.h. */
const CLONE_FS = 0x200;
const CLONE_NEWNS = 0x20000;

/**
 * Runs system calls in another mount namespace. It is that of a thread, if the thread shares its root and working
 * directory with no other (setns(2)): those of this worker's other threads stay. A worker that cannot return ends.
 */
export function inMountNamespace(namespace: number, run: () => void): void {
  using(openSync('/proc/thread-self/ns/mnt', 'r'), (own) => {
    check(unshare(CLONE_FS), 'leave the root that threads share');
    check(setns(namespace, CLONE_NEWNS), 'enter the mount namespace of the container');
    try {
      run();
    } finally {
      if (setns(own, CLONE_NEWNS) < 0) process.abort();
    }
  });
}
