import { addInitScript, type ContainerDraft } from '../../hooks/index.ts';

/** Paths in the container. */
const scriptPath = '/.pouch/initscript';
const launcherPath = '/.pouch/launch';

/**
 * Arguments: the script; user, group, comma-separated supplementary groups and HOME (each may be empty); the command.
 * The command replaces the shell, so that it is the init's direct child and receives its signals.
 */
const launcher = `#!/bin/sh
script=$1 user=$2 group=$3 groups=$4 home=$5; shift 5
"$script" || exit $?
case $user in '' | 0 | root) [ "$group$groups" ] || exec "$@" ;; esac
account=$(getent passwd "\${user:-0}" || grep "^$user:" /etc/passwd)
[ "$group" ] || group=$(printf %s "$account" | cut -d: -f4)
[ "$home" ] || home=$(printf %s "$account" | cut -d: -f6)
export HOME="\${home:-/}"
if [ "$groups" ]; then more=--groups=$groups
elif [ "$account" ]; then more=--init-groups
else more=--clear-groups; fi
exec setpriv --reuid="\${user:-0}" --regid="\${group:-0}" "$more" -- "$@"
`;

/**
 * Runs the script as root before the command, which runs as its user. If the script fails, the container exits with
 * its exit code.
 */
export async function runInitScript(draft: ContainerDraft): Promise<void> {
  const { process } = draft;
  const [user = '', group = ''] = process.user.split(':', 2);
  const script = await addInitScript(draft, scriptPath);
  draft.files[launcherPath] = { content: launcher, mode: 0o755, readonly: true };
  const identity = [user, group, process.groups.join(','), process.env['HOME'] ?? ''];
  process.command = [script, ...identity, ...process.entrypoint, ...process.command];
  process.entrypoint = ['/bin/sh', launcherPath];
  process.user = '';
  process.groups = [];
}
