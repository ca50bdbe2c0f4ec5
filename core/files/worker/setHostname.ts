import { openSync } from 'node:fs';
import { check, libcFunction } from '../../host/libc.ts';
import type { FileOperations } from '../protocol.ts';
import { openContainerProcess } from './containerRoot.ts';
import { handlePath, using } from './openInside.ts';

const setns = libcFunction('int setns(int fd, int nstype)');
const sethostname = libcFunction('int sethostname(str name, ulong length)');
/** linux/sched.h. */
const CLONE_NEWUTS = 0x4000000;

/** A UTS namespace is that of a thread: this one enters the container's, and returns. */
export function setHostname({ init, hostname }: FileOperations['setHostname']['args']): null {
  return using(openSync('/proc/thread-self/ns/uts', 'r'), (own) =>
    using(openContainerProcess(init), (process) =>
      using(openSync(`${handlePath(process)}/ns/uts`, 'r'), (uts) => {
        check(setns(uts, CLONE_NEWUTS), 'enter the UTS namespace of the container');
        try {
          check(sethostname(hostname, Buffer.byteLength(hostname)), 'set the host name');
        } finally {
          check(setns(own, CLONE_NEWUTS), 'leave the UTS namespace of the container');
        }
        return null;
      }),
    ),
  );
}
