import type { ContainerDraft } from './draft.ts';
import { shellWord } from './shellWord.ts';

/**
 * Returns a shell script that becomes a command of the container, with its environment, user, groups and working
 * directory, whatever the init that starts it as root has. Every shell and the setpriv(1) of util-linux will do; where
 * that is missing, as in busybox, su(1) changes the user, which knows names only.
 */
export function commandProgram({ process }: ContainerDraft, args: readonly string[]): string {
  const [user = '', group = ''] = process.user.split(':', 2);
  const entries = Object.entries(process.env);
  const isPlain = ([name]: [string, string]) => /^[A-Za-z_][A-Za-z0-9_]*$/.test(name);
  const others = entries.filter((entry) => !isPlain(entry)).map(([name, value]) => `${name}=${value}`);
  const words = [...(others.length > 0 ? ['env', ...others] : []), ...args];
  return [
    '#!/bin/sh',
    ...entries.filter(isPlain).map(([name, value]) => `export ${name}=${shellWord(value)}`),
    `cd ${shellWord(process.cwd || '/')} || exit 126`,
    `user=${shellWord(user)} group=${shellWord(group)} groups=${shellWord(process.groups.join(','))}`,
    `home=${shellWord(process.env['HOME'] ?? '')}`,
    `set -- ${words.map(shellWord).join(' ')}`,
    becomeUser,
  ].join('\n');
}

/** Root's own HOME is that of its account, too: inits have none, or `/`. */
const becomeUser = `account=$(getent passwd "\${user:-0}" 2>/dev/null || grep -E "^\${user:-root}:|^[^:]*:[^:]*:\${user:-0}:" /etc/passwd | head -n 1)
[ "$home" ] || home=$(printf %s "$account" | cut -d: -f6)
export HOME="\${home:-/}"
case $user in '' | 0 | root) [ "$group$groups" ] || exec "$@" ;; esac
[ "$group" ] || group=$(printf %s "$account" | cut -d: -f4)
if [ "$groups" ]; then more=--groups=$groups
elif [ "$account" ]; then more=--init-groups
else more=--clear-groups; fi
case $(setpriv --help 2>&1) in
*--reuid*) exec setpriv --reuid="\${user:-0}" --regid="\${group:-0}" "$more" -- "$@" ;;
esac
exec su -s /bin/sh "$(printf %s "$account" | cut -d: -f1)" -c 'export PATH="$0"; exec "$@"' "$PATH" "$@"
`;
