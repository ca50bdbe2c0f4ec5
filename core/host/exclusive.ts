/** One daemon per root: a lock that the kernel releases with the process, however it ends (flock(2)). */
import { closeSync, openSync } from 'node:fs';
import koffi from 'koffi';
import { PouchError } from '../../hooks/errors.ts';

const LOCK_EX = 2;
const LOCK_NB = 4;

/** Holds the lock until the process ends. @throws PCH_DAEMON_RUNNING */
export function lockExclusively(path: string, what: string): void {
  const fd = openSync(path, 'a', 0o600);
  const flock = koffi.load('libc.so.6').func('int flock(int fd, int operation)');
  if (flock(fd, LOCK_EX | LOCK_NB) === 0) return;
  closeSync(fd);
  throw new PouchError('PCH_DAEMON_RUNNING', `another pouchd uses ${what}`, {
    hint: 'end that one first, or give this one another root and state in its configuration',
  });
}
