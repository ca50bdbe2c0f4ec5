import type { ContainerDraft } from '../../hooks/index.ts';

/** Directory with files for the units, on the container's /run. */
export const runDirectory = '/run/pouch';

/**
 * systemd as PID 1 closes its stdin, stdout and stderr, so units could not reach the container's. Without a terminal, a
 * sleeping process keeps them open, and symbolic links point to them: output goes to the container's log without a
 * copy.
 */
const keepStreams = `exec 3<&0
sleep infinity <&3 3<&- &
exec 3<&-
ln -s "/proc/$!/fd/0" ${runDirectory}/stdin
ln -s "/proc/$!/fd/1" ${runDirectory}/stdout
ln -s "/proc/$!/fd/2" ${runDirectory}/stderr
`;

/**
 * Returns a script that becomes the init, its arguments.
 * @param before - lines that run before that
 */
export function startScript({ process }: ContainerDraft, before: string): string {
  return `#!/bin/sh\n${process.tty ? '' : keepStreams}${before}\nexec "$@"\n`;
}

/**
 * Returns a unit's stdio settings: the console if the container has a terminal, otherwise the streams that are kept
 * open.
 */
export function stdioSettings({ process }: ContainerDraft): string[] {
  if (process.tty) {
    return [
      `StandardInput=${process.openStdin ? 'tty-force' : 'null'}`,
      'StandardOutput=tty',
      'StandardError=tty',
      'TTYPath=/dev/console',
    ];
  }
  return [
    process.openStdin ? `StandardInput=file:${runDirectory}/stdin` : 'StandardInput=null',
    `StandardOutput=file:${runDirectory}/stdout`,
    `StandardError=file:${runDirectory}/stderr`,
  ];
}
