import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import type { PluginLimits } from '../../../config/types.ts';

/** What an entry of `plugins` says about the process of its plugin. */
export interface LaunchSettings {
  /** The executable, with its links resolved. */
  readonly path: string;
  /** Variables beside PATH and LANG. */
  readonly env: Readonly<Record<string, string>>;
  /** Name or number of a user of the host. */
  readonly user: string;
  readonly limits: PluginLimits;
  /** The cgroup of pouchd's containers; without it, no limit holds. */
  readonly cgroupParent?: string | undefined;
}

/** A user without rights on any host. The PID namespaces keep the plugins that share it apart. */
export const unprivilegedUser = 'nobody';

/**
 * The kernel kills a PID namespace with its first process (pid_namespaces(7)): nothing that the plugin starts survives
 * it, whatever it forks or detaches. The first process is a shell of root, which the plugin cannot signal; it ends
 * with unshare, and that with pouchd.
 */
const namespaced = [
  ...['--pdeathsig', 'KILL', '--'],
  ...[
    'unshare',
    '--fork',
    '--kill-child',
    '--pid',
    '--mount',
    '--mount-proc',
    '--propagation',
    'slave',
    '--ipc',
  ],
  ...['--', 'sh', '-c'],
] as const;

/** Enters the cgroups, and hides from the plugin how. */
const join = 'for cgroup in $POUCH_CGROUPS; do echo 0 >"$cgroup" || exit 125; done; unset PWD POUCH_CGROUPS';
/** They wait for the plugin instead of becoming it: a process with pid 1 has other signals, and orphans to reap. */
const asRoot = `${join}; "$@"; exit $?`;
const asUser = [
  `${join}; user=$1; shift; group=$(id -g -- "$user") || exit 125`,
  'setpriv --reuid "$user" --regid "$group" --init-groups --no-new-privs -- "$@"; exit $?',
].join('\n');

/**
 * Starts the process of a plugin in a session of its own. It gets three descriptors, and no variables of pouchd.
 * @param cgroups files that the first process of the namespace enters its number in
 */
export function launch(
  { path, env, user }: LaunchSettings,
  cgroups: readonly string[],
): ChildProcessWithoutNullStreams {
  const command = user === 'root' || user === '0' ? [asRoot, 'sh', path] : [asUser, 'sh', user, path];
  return spawn('setpriv', [...namespaced, ...command], {
    cwd: '/',
    detached: true,
    env: { ...environment(env), POUCH_CGROUPS: cgroups.join(' ') },
    stdio: 'pipe',
  });
}

/** A PATH of the entry comes first: the tools that start the plugin are found in pouchd's. */
function environment({ PATH: first, ...env }: Readonly<Record<string, string>>): Record<string, string> {
  const { PATH: own = '/usr/sbin:/usr/bin:/sbin:/bin', LANG: lang } = process.env;
  const path = first === undefined ? own : `${first}:${own}`;
  return { ...(lang !== undefined && { LANG: lang }), ...env, PATH: path };
}
