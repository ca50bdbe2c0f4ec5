import type { ContainerDraft } from '../../hooks/index.ts';

/** Directory with files for the units, on the container's /run. */
export const runDirectory = '/run/pouch';

/**
 * A link to the descriptors of a process that keeps the container's streams open, made as the container starts. Output
 * to `1` and `2` there goes to the container's log without a copy.
 */
export const streams = `${runDirectory}/fd`;

/**
 * systemd as PID 1 closes its stdin, stdout and stderr, so units could not reach the container's. Without a terminal, a
 * sleeping process keeps them open. One link for all: each call of ln costs a boot 1 ms.
 */
const keepStreams = `exec 3<&0
sleep infinity <&3 3<&- &
exec 3<&-
ln -s "/proc/$!/fd" ${streams}
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
    process.openStdin ? `StandardInput=file:${streams}/0` : 'StandardInput=null',
    `StandardOutput=file:${streams}/1`,
    `StandardError=file:${streams}/2`,
  ];
}
