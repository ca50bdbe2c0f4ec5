import { posix } from 'node:path';
import {
  addInitScript,
  addSessionEnvironment,
  allowReboot,
  commandExitScript,
  type ContainerDraft,
  type ImageFile,
} from '../../hooks/index.ts';
import { initPath } from './findInit.ts';
import { readinessProbe } from './readiness.ts';
import { serviceCommands } from './services.ts';

const directory = '/.pouch';
const inits = new Set(['init', 'busybox', 'openrc-init', 'telinit']);
const shells = new Set(['sh', 'bash', 'dash', 'ash', 'zsh', 'ksh', 'fish']);

/**
 * Becomes the init. Before that it runs the script of the request as root, and starts the command in the
 * background: the init adopts it, and it keeps the container's streams. Arguments: script, user, working directory
 * (each may be empty), then the command.
 */
const startScript = (environment: string) => `#!/bin/sh
${environment}
script=$1 user=$2 cwd=$3; shift 3
[ -z "$script" ] || "$script" || { code=$?; ${commandExitScript}; exit $code; }
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
 * Returns the signal that stops an init. busybox powers off on SIGUSR2 (init/init.c); sysvinit runs the action
 * ctrlaltdel of its inittab on SIGINT, which is a shutdown in every distribution (inittab(5)).
 */
function stopSignal(init: ImageFile): string {
  return posix.basename(init.path) === 'busybox' ? 'SIGUSR2' : 'SIGINT';
}

/**
 * Changes the draft so that the image's init is PID 1 and the command runs beside it.
 * @returns warnings
 */
export async function makeRich(draft: ContainerDraft, init: ImageFile): Promise<string[]> {
  const { process } = draft;
  const command = sideCommand(draft);
  const warnings = command.length > 0 ? userWarnings(process.user) : [];
  const [user = ''] = process.user.split(':', 1);
  const environment = addSessionEnvironment(draft, `${directory}/environment`);
  draft.files[`${directory}/start`] = { content: startScript(environment), mode: 0o755, readonly: true };
  const script = await addInitScript(draft, `${directory}/initscript`);
  process.command = [script, user, process.cwd, ...command];
  process.entrypoint = ['/bin/sh', `${directory}/start`];
  if (command.length === 0) draft.rich.init = initPath;
  process.user = '';
  process.groups = [];
  process.init = false;
  // Without it an init cannot end when it is asked to stop.
  allowReboot(draft);
  draft.rich.readiness ??= readinessProbe;
  draft.rich.services ??= serviceCommands(init);
  if (draft.stop.signal === 'SIGTERM') draft.stop.signal = stopSignal(init);
  return warnings;
}

/**
 * Returns the command to run beside the init: none if it is the init itself, or only a shell (a base image's
 * default).
 */
function sideCommand({ process }: ContainerDraft): string[] {
  const args = [...process.entrypoint, ...process.command];
  const program = posix.basename(args[0] ?? 'init');
  const bareShell = args.length === 1 && shells.has(program) && !process.tty;
  return bareShell || inits.has(program) ? [] : args;
}

function userWarnings(user: string): string[] {
  const known = user === '' || !/^\d+(:|$)/.test(user) || user.startsWith('0');
  return known
    ? []
    : [
        `rich mode sbin-init: expected a user name, found ${user}: users are switched by su(1), which accepts only names`,
      ];
}
