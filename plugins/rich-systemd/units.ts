import {
  commandExitScript,
  type ContainerDraft,
  hasInitScript,
  type ServiceCommand,
} from '../../hooks/index.ts';
import { splitEnvironment } from './environment.ts';
import { stdioSettings, streams } from './stdio.ts';
import { plainValue, quoteArgument } from './quote.ts';

export const commandUnitName = 'pouch-command.service';
export const initScriptUnitName = 'pouch-init-script.service';
export const journalUnitName = 'pouch-journal.service';

const followJournal = [
  `since=$(stat -c %Y ${streams})`,
  'exec journalctl --follow --lines=all --no-hostname --since="@$since"',
].join('; ');

/**
 * Runs "$@" as a child, not by exec: death by signal N then gives the exit status 128 + N, as in every container, and a
 * missing program gives 127. The shell also searches the command's PATH, which systemd does not.
 */
const runAsChild = '"$@"; exit $?';

/**
 * Runs a command with a numeric user id, which systemd rejects if the image's /etc/passwd does not have it.
 * Arguments: uid; group, supplementary groups and HOME (each may be empty); the command.
 */
const runAsNumericUser = [
  'uid=$1 gid=$2 groups=$3 home=$4; shift 4',
  'account=$(getent passwd "$uid")',
  '[ "$gid" ] || gid=$(printf %s "$account" | cut -d: -f4)',
  '[ "$home" ] || home=$(printf %s "$account" | cut -d: -f6)',
  'export HOME="${home:-/}"; unset USER LOGNAME SHELL',
  '[ "$groups" ] && groups=--groups=$groups || groups=--clear-groups',
  'setpriv --reuid="$uid" --regid="${gid:-0}" "$groups" "$@"; exit $?',
].join('\n');

/**
 * Waits for the end of the boot, 30 s at most: a service that is still starting may lose the signal to stop, as
 * MariaDB does, and the power-off would wait for it.
 */
const afterBoot = [
  'n=0',
  'while case $(systemctl is-system-running 2>&1) in initializing|starting) [ $n -lt 150 ];; *) false;; esac',
  'do n=$((n + 1)); sleep 0.2; done',
].join('; ');

/**
 * Powers off with the exit status of the unit's main process, which systemd 232 and later sets in EXIT_STATUS: a
 * number, or the name of a signal. A reboot or power-off that ends the process stays what it is. A stop of the
 * container ends the process with TERM, and with KILL after a timeout.
 */
const powerOffAfter = (wait: readonly string[]) =>
  [
    'case $(systemctl list-jobs --no-legend reboot.target poweroff.target 2>&1) in *start*) exit 0;; esac',
    'case "$EXIT_STATUS" in TERM) code=143;; KILL) code=137;; *) code=$EXIT_STATUS;; esac',
    commandExitScript,
    ...wait,
    '{ systemctl --no-block exit "$code" || systemctl --no-block exit 255; } 2>/dev/null',
  ].join('; ');

const powerOff = powerOffAfter([afterBoot]);

/** The boot waits for the script whose end this is. */
const powerOffInBoot = powerOffAfter([]);

/** The unit of the container's command, with its user, working directory, environment and limits. */
export function commandUnit(draft: ContainerDraft, command: ServiceCommand): string {
  const environment = splitEnvironment(draft.process.env);
  const viaEnv = environment.forEnvCommand.length > 0 ? ['env', ...environment.forEnvCommand] : [];
  return unit({
    Unit: [
      'Description=Command of the container',
      'After=network.target remote-fs.target',
      ...(hasInitScript(draft) ? [`Requires=${initScriptUnitName}`, `After=${initScriptUnitName}`] : []),
      // For failures before the shell runs, such as an unknown user, which ExecStopPost would share.
      ...(command.endsContainer ? ['FailureAction=exit'] : []),
    ],
    Service: [
      'Type=simple',
      ...identity(draft),
      // The runtime has created a missing directory: it is also the working directory of PID 1.
      `WorkingDirectory=${plainValue(draft.process.cwd || '/')}`,
      ...environment.settings,
      ...limits(draft),
      ...stdioSettings(draft),
      `ExecStart=${commandLine([...launcher(draft), ...viaEnv, ...command.args])}`,
      ...(command.endsContainer ? [`ExecStopPost=+${commandLine(['/bin/sh', '-c', powerOff])}`] : []),
    ],
  });
}

/**
 * The unit of the request’s script: runs as root, before the command. If it fails, the container ends with its exit
 * code.
 */
export function initScriptUnit(draft: ContainerDraft, script: string): string {
  return unit({
    Unit: ['Description=Init script of the container', 'After=network.target'],
    Service: [
      'Type=oneshot',
      'RemainAfterExit=yes',
      'TimeoutStartSec=infinity',
      ...splitEnvironment(draft.process.env).settings,
      ...stdioSettings(draft),
      `ExecStart=${commandLine(['/bin/sh', '-c', runAsChild, 'pouch', script])}`,
      `ExecStopPost=+${commandLine(['/bin/sh', '-c', `[ "$SERVICE_RESULT" = success ] || { ${powerOffInBoot}; }`])}`,
    ],
  });
}

/** The targets by which systemd ends (systemd.special(7)), and how it does so without waiting for services. */
const lastTargets = {
  'exit.target': 'exit-force',
  'halt.target': 'poweroff-force',
  'poweroff.target': 'poweroff-force',
  'reboot.target': 'reboot-force',
};

/**
 * Returns drop-ins by which systemd ends in the time that a stop of the container has, whatever services do: some, such
 * as MariaDB, have no timeout of their own. It then signals the processes that are left.
 */
export function lastTargetLimits({ stop }: ContainerDraft): Record<string, string> {
  if (stop.timeoutSeconds < 0) return {};
  const seconds = Math.max(1, stop.timeoutSeconds);
  const limits = Object.entries(lastTargets).map(([target, action]) => [
    `${target}.d/pouch.conf`,
    unit({ Unit: [`JobTimeoutSec=${seconds}`, `JobTimeoutAction=${action}`] }),
  ]);
  return Object.fromEntries(limits) as Record<string, string>;
}

/**
 * The unit that copies the journal to the container's log: also what units logged before it started, and until the
 * very end. It starts once the boot has no more to do, so that it does not slow it down. The container has been started
 * when the link to its streams was made.
 */
export const journalUnit = unit({
  Unit: [
    'Description=Journal of the container, for its log',
    'DefaultDependencies=no',
    'IgnoreOnIsolate=yes',
  ],
  Service: [
    'Type=idle',
    `ExecStart=${commandLine(['/bin/sh', '-c', followJournal])}`,
    `StandardOutput=file:${streams}/1`,
    'StandardError=null',
  ],
});

/**
 * A drop-in for console-getty.service: systemd-getty-generator(8) starts it in every container that has a /dev/console,
 * and an image that wants it enables it.
 */
export const enabledGetty = unit({
  Unit: ['ConditionPathIsSymbolicLink=/etc/systemd/system/getty.target.wants/console-getty.service'],
});

/** Returns a drop-in that starts the units with a target, without a link in the image. */
export function wantedBy(units: string[]): string {
  return unit({ Unit: [`Wants=${units.join(' ')}`] });
}

function unit(sections: Record<string, string[]>): string {
  const blocks = Object.entries(sections).map(([name, lines]) => [`[${name}]`, ...lines, ''].join('\n'));
  return blocks.join('\n');
}

function commandLine(args: string[]): string {
  return args.map(quoteArgument).join(' ');
}

/** `User=` also makes systemd set HOME, USER, LOGNAME and SHELL from the image's /etc/passwd, as for a login. */
function identity({ process }: ContainerDraft): string[] {
  const { user, group } = splitUser(process.user);
  if (isNumeric(user)) return ['User=root'];
  return [
    `User=${plainValue(user)}`,
    ...(group ? [`Group=${plainValue(group)}`] : []),
    ...(process.groups.length > 0 ? [`SupplementaryGroups=${process.groups.map(plainValue).join(' ')}`] : []),
  ];
}

/** Returns the first words of the command line: a shell that runs the rest. */
function launcher({ process }: ContainerDraft): string[] {
  const { user, group } = splitUser(process.user);
  if (!isNumeric(user)) return ['/bin/sh', '-c', runAsChild, 'pouch'];
  return [
    '/bin/sh',
    '-c',
    runAsNumericUser,
    'pouch',
    user,
    group,
    process.groups.join(','),
    process.env['HOME'] ?? '',
  ];
}

function splitUser(text: string): { user: string; group: string } {
  const [user = '', group = ''] = text.split(':', 2);
  return { user: user === '' || user === '0' ? 'root' : user, group };
}

function isNumeric(user: string): boolean {
  return /^\d+$/.test(user);
}

/** systemd raises soft limits for its services, so the request's limits are set again. */
function limits({ process }: ContainerDraft): string[] {
  return Object.entries(process.rlimits).map(
    ([type, { soft, hard }]) => `${type.replace('RLIMIT_', 'Limit')}=${limitValue(soft)}:${limitValue(hard)}`,
  );
}

function limitValue(limit: number): string {
  return limit < 0 ? 'infinity' : String(limit);
}
