/** One daemon per root. The kernel releases the lock when the process ends in any way (flock(2)). */
import { closeSync, openSync } from 'node:fs';
import { PouchError } from '../../hooks/errors.ts';
import { libcFunction } from './libc.ts';

const flock = libcFunction('int flock(int fd, int operation)');

const LOCK_EX = 2;
const LOCK_NB = 4;

/** Holds the lock until the process ends. @throws PCH_DAEMON_RUNNING */
export function lockExclusively(path: string, what: string): void {
  const fd = openSync(path, 'a', 0o600);
  if (flock(fd, LOCK_EX | LOCK_NB) === 0) return;
  closeSync(fd);
  throw new PouchError('PCH_DAEMON_RUNNING', `another pouchd is using ${what}`, {
    hint: 'stop it first, or configure another root and state for this one',
  });
}
