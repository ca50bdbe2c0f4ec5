import type { Tool } from '../sources/toolOutput.ts';
import { type SshTarget, sshOptions } from './sshTarget.ts';

/** How files of a host are copied. */
export interface Copy {
  target: SshTarget;
  excludes: readonly string[];
  /** Read the files by sudo, which must not ask for a password. */
  sudo: boolean;
}

/** Exit codes of rsync(1): success, and files that have vanished meanwhile. */
export const rsyncSucceeds = [0, 24];

/**
 * Returns a call of rsync for the files of a host. Device nodes and sockets are not copied. No argument passes a shell:
 * with --protect-args the names are sent in the protocol.
 */
export function rsync({ target, excludes, sudo }: Copy, options: readonly string[], to?: string): Tool {
  const args = [
    '-rlptgo',
    '--hard-links',
    '--xattrs',
    '--sparse',
    '--numeric-ids',
    '--protect-args',
    `--rsh=${['ssh', ...sshOptions(target)].join(' ')}`,
    ...(sudo ? ['--rsync-path=sudo -n rsync'] : []),
    ...options,
    ...excludes.map((pattern) => `--exclude=${pattern}`),
    '--',
    `${target.host}:${target.path}/`,
    ...(to === undefined ? [] : [`${to}/`]),
  ];
  return { command: 'rsync', package: 'rsync', args, succeeds: rsyncSucceeds };
}
