import type { ContainerDraft } from '../../hooks/index.ts';

/** Folder on the machine's /run with what the units need. */
export const runDirectory = '/run/pouch';

/**
 * systemd as PID 1 gives up its own stdin, stdout and stderr, and a unit could not reach the container's. So with no
 * terminal a sleeping process keeps them open, and links lead to them: output goes straight to the container's log,
 * without a copy in between.
 */
export const startScript = `#!/bin/sh
# Keeps the container's streams for its units, then becomes the init.
exec 3<&0
sleep infinity <&3 3<&- &
exec 3<&-
ln -s "/proc/$!/fd/0" ${runDirectory}/stdin
ln -s "/proc/$!/fd/1" ${runDirectory}/stdout
ln -s "/proc/$!/fd/2" ${runDirectory}/stderr
exec "$@"
`;

/** Where a unit reads and writes: the console if the container has a terminal, else the kept streams. */
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
