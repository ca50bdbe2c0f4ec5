import { posix } from 'node:path';
import type { ContainerDraft, ImageFile } from '../../hooks/index.ts';
import { initPath } from './findInit.ts';

const directory = '/.pouch';
const inits = new Set(['init', 'busybox', 'openrc-init', 'telinit']);
const shells = new Set(['sh', 'bash', 'dash', 'ash', 'zsh', 'ksh', 'fish']);

/**
 * Becomes the init. Before, as root, it runs the script of `--initscript` and puts the command behind it: a child that
 * init adopts and that keeps the container's streams. Arguments: script, user and group, working directory (each may be
 * empty), then the command.
 */
const startScript = `#!/bin/sh
script=$1 user=$2 cwd=$3; shift 3
[ -z "$script" ] || "$script" || exit $?
if [ $# -gt 0 ]; then
  exec 3<&0
  (
    cd "\${cwd:-/}" || exit 126
    case $user in
      '' | 0 | root) exec "$@" ;;
      *) exec su -s /bin/sh "$user" -c 'export PATH="$0"; exec "$@"' "$PATH" "$@" ;;
    esac
  ) <&3 3<&- &
  exec 3<&-
fi
exec ${initPath}
`;

/**
 * How an init is asked to stop. busybox powers off on SIGUSR2 (init/init.c); sysvinit runs the action ctrlaltdel of its
 * inittab on SIGINT, which is a shutdown in every distribution (inittab(5)).
 */
function stopSignal(init: ImageFile): string {
  return posix.basename(init.path) === 'busybox' ? 'SIGUSR2' : 'SIGINT';
}

/** Makes a machine of the draft: the image's own init is PID 1, the command runs beside it. */
export function makeMachine(draft: ContainerDraft, init: ImageFile): string[] {
  const { process } = draft;
  const command = sideCommand(draft);
  const warnings = command.length > 0 ? userWarnings(process.user) : [];
  const [user = ''] = process.user.split(':', 1);
  draft.files[`${directory}/start`] = { content: startScript, mode: 0o755, readonly: true };
  process.command = [scriptPath(draft), user, process.cwd, ...command];
  process.entrypoint = ['/bin/sh', `${directory}/start`];
  process.user = '';
  process.groups = [];
  process.init = false;
  // reboot(2) in a pid namespace only ends that namespace's init; without it an init that is told to stop cannot end.
  process.capabilities['CAP_SYS_BOOT'] = true;
  if (draft.stop.signal === 'SIGTERM') draft.stop.signal = stopSignal(init);
  return warnings;
}

/** The init itself and a bare shell (a base image's default) are nothing to run beside the init. */
function sideCommand({ process }: ContainerDraft): string[] {
  const args = [...process.entrypoint, ...process.command];
  const program = posix.basename(args[0] ?? 'init');
  const bareShell = args.length === 1 && shells.has(program) && !process.tty;
  return bareShell || inits.has(program) ? [] : args;
}

function userWarnings(user: string): string[] {
  const known = user === '' || !/^\d+(:|$)/.test(user) || user.startsWith('0');
  return known ? [] : [`rich mode sbin-init switches users by su(1), which takes names, found ${user}`];
}

/** A path is one in the container; a text that begins with #! is the script itself. */
function scriptPath(draft: ContainerDraft): string {
  const { initScript } = draft.rich;
  if (!initScript.startsWith('#!')) return initScript;
  const path = `${directory}/initscript`;
  draft.files[path] = { content: initScript, mode: 0o755, readonly: true };
  return path;
}
