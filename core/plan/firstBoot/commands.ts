/** Commands of user data: they run once, beside the init, when the boot has ended. */
import type { ContainerDraft } from '../../../hooks/draft.ts';
import { invalidField } from '../../../hooks/invalidField.ts';
import { markSecret } from '../../../hooks/markSecret.ts';
import { shellWord } from '../../../hooks/shellWord.ts';
import { formatPath } from '../../plugins/draft/fieldPath.ts';

/** Seconds that the boot may take longer for them. */
const secondsForCommands = 1800;

const scriptPath = '/.pouch/first-boot';
const launcherPath = '/.pouch/first-boot-launch';
/** In the container's root file system: which commands have begun, and their exit codes. */
const stateDirectory = '/var/lib/pouch/first-boot';

/**
 * Changes the draft of a container with an init so that the commands run once: each at most once, also if the
 * container is stopped in between.
 * @throws PCH_OPTION_INVALID without an init
 */
export async function addCommands(draft: ContainerDraft, commands: readonly string[][]): Promise<void> {
  const { rich, process } = draft;
  const probe = rich.readiness;
  const hasShell = (await draft.image.stat('/bin/sh')) !== undefined;
  if (!rich.enabled || !probe || !hasShell)
    throw invalidField(
      'firstBoot.userData',
      'runcmd: expected a rich container with an init and a shell, found another one',
      'create it with an init of its own, or run the commands yourself',
    );
  addFile(draft, scriptPath, script(probe.args, probe.withinSeconds, commands));
  addFile(draft, launcherPath, launcher);
  process.entrypoint = ['/bin/sh', launcherPath, ...process.entrypoint];
  rich.readiness = {
    args: ['/bin/sh', '-c', readiness, 'pouch', ...probe.args],
    withinSeconds: probe.withinSeconds + secondsForCommands,
  };
}

function addFile(draft: ContainerDraft, path: string, content: string): void {
  draft.files[path] = { content, mode: 0o700, readonly: true };
  markSecret(draft, formatPath(['files', path, 'content']));
}

/** The commands become children of PID 1, which is the init. */
const launcher = `#!/bin/sh
(${scriptPath} </dev/null &)
exec "$@"
`;

function script(probe: readonly string[], seconds: number, commands: readonly string[][]): string {
  const steps = commands.map((args, index) => `run ${index + 1} ${args.map(shellWord).join(' ')}`);
  return `#!/bin/sh
state=${stateDirectory}
[ ! -e $state/done ] || exit 0
umask 022
mkdir -p $state || exit
cd /
export HOME="\${HOME:-/root}"
left=${seconds}
while [ $left -gt 0 ]; do
  case $(${probe.map(shellWord).join(' ')} 2>/dev/null | tail -n 1) in
    running* | degraded* | failed*) break ;;
  esac
  sleep 1
  left=$((left - 1))
done
run() {
  step=$1
  shift
  [ ! -e $state/$step.exit ] || return 0
  if [ -e $state/$step.begun ]; then
    code=interrupted
  else
    : >$state/$step.begun
    "$@"
    code=$?
  fi
  [ "$code" = 0 ] || echo "pouch: command $step of the first start: exit code $code" >&2
  echo $code >$state/$step.exit
}
${steps.join('\n')}
: >$state/done
`;
}

/** Runs the probe, "$@", and changes its last line: it is starting until the commands have ended. */
const readiness = `state=${stateDirectory}
newline='
'
output=$("$@")
last=\${output##*"$newline"}
case $last in running* | degraded*) ;; *) printf '%s\\n' "$output"; exit ;; esac
printf '%s\\n' "$output" | sed '$d'
[ -e $state/done ] || { echo starting; exit; }
failed=
for file in $state/*.exit; do
  [ -e "$file" ] && [ "$(cat "$file")" != 0 ] || continue
  name=\${file##*/}
  failed="$failed first-start-command-\${name%.exit}"
done
[ "$failed" ] || { printf '%s\\n' "$last"; exit; }
case $last in degraded*) failed="\${last#degraded}$failed" ;; esac
printf 'degraded%s\\n' "$failed"
`;
