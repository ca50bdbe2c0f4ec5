import { allowReboot, commandExitScript } from './allowReboot.ts';
import type { ContainerDraft } from './draft.ts';
import { hostKeysScript } from './hostKeys.ts';
import { addInitScript } from './initScript.ts';
import { addSessionEnvironment } from './sessionEnvironment.ts';
import { shellWord } from './shellWord.ts';

/** Directory in the container with the files of its boot. */
export const bootDirectory = '/.pouch';

/** Directory on the container's tmpfs with links to its streams: `stdin`, `stdout` and `stderr`. */
export const streamsDirectory = '/run/pouch';

/** How the image's init becomes PID 1. */
export interface InitBoot {
  /** The init and its arguments. */
  init: readonly string[];
  /** Lines of shell that run as root before it. */
  before?: string;
  /** The same, before anything else. */
  first?: string;
  /** The shell for all these and its first arguments; missing: the image's. */
  shell?: readonly string[];
  /** Keeps the container's streams open for services, for an init that closes its own. It needs a tmpfs on /run. */
  keepsStreams?: boolean;
  /**
   * Keeps the output of the init out of the container's; missing: if a command ends the container, whose output it then
   * is. With a terminal it shows.
   */
  isSilent?: boolean;
  /** It prints to /dev/console, not to its output. */
  usesConsole?: boolean;
}

/**
 * Changes the draft so that PID 1 is a script that becomes the init: before that it gives logins the variables of the
 * container, sshd its host keys, and runs the script of the request. If that fails, the container ends with its exit
 * code.
 */
export async function bootInit(draft: ContainerDraft, boot: InitBoot): Promise<void> {
  const { init, before, first, shell = ['/bin/sh'], keepsStreams } = boot;
  const { isSilent = draft.rich.commandExit !== undefined, usesConsole } = boot;
  const { process } = draft;
  const script = await addInitScript(draft, `${bootDirectory}/initscript`);
  const lines = [
    '#!/bin/sh',
    ...(first ? [first] : []),
    ...(keepsStreams ? [keepStreams] : []),
    addSessionEnvironment(draft, `${bootDirectory}/environment`),
    hostKeysScript,
    ...(draft.rich.commandExit ? [`: >${draft.rich.commandExit}`] : []),
    ...(script ? [`${shellWord(script)} || { code=$?; ${commandExitScript}; exit $code; }`] : []),
    ...(before ? [before] : []),
    `exec ${init.map(shellWord).join(' ')}${isSilent && !process.tty ? ' >/dev/null 2>&1' : ''}`,
  ];
  const start = `${bootDirectory}/start`;
  draft.files[start] = { content: `${lines.join('\n')}\n`, mode: 0o755, readonly: true };
  process.entrypoint = [...shell, start];
  process.command = [];
  process.user = '';
  process.groups = [];
  process.init = false;
  // Without it an init cannot end when it is asked to stop.
  allowReboot(draft);
  if (usesConsole) draft.rich.console ??= isSilent ? 'none' : 'all';
  if (draft.rich.commandExit) countStops(draft);
}

/** Without the command's own exit code a stop counts as one by SIGTERM, whether the init then halts or reboots. */
function countStops({ rich: { exits = {} } }: ContainerDraft): void {
  for (const exit of Object.values(exits)) if (exit.ending) exit.whenStopped = 143;
}

/** A sleeping process keeps them, and links point to it: output goes to the container's log without a copy. */
const keepStreams = `exec 3<&0
while :; do sleep 86400; done <&3 3<&- &
exec 3<&-
mkdir -p ${streamsDirectory}
ln -sf "/proc/$!/fd/0" ${streamsDirectory}/stdin
ln -sf "/proc/$!/fd/1" ${streamsDirectory}/stdout
ln -sf "/proc/$!/fd/2" ${streamsDirectory}/stderr`;

/**
 * Adds what a boot finds empty on a host: state that is left from the boot before, such as which services have
 * started, keeps inits from starting them. Mounts of the request stay.
 */
export function addRunMounts({ mounts }: ContainerDraft): void {
  const tmpfs = (...options: string[]) => ({
    type: 'tmpfs',
    source: 'tmpfs',
    options: ['nosuid', 'nodev', ...options],
  });
  mounts['/run'] ??= tmpfs('mode=755');
  mounts['/run/lock'] ??= tmpfs('noexec', 'mode=1777', 'size=5242880');
}
