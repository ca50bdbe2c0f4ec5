import { type ChildProcess, spawn } from 'node:child_process';
import type { PluginGrants, PluginLimits } from '../../../config/types.ts';

/** What an entry of `plugins` says about the process of its plugin. */
export interface LaunchSettings {
  /** The executable, with its links resolved, or the file of the module. */
  readonly path: string;
  /** argv of the program that hosts a module; an executable has none. */
  readonly hostCommand?: readonly string[] | undefined;
  /** Variables beside PATH and LANG. */
  readonly env: Readonly<Record<string, string>>;
  /** Name or number of a user of the host. */
  readonly user: string;
  readonly limits: PluginLimits;
  readonly grants: PluginGrants;
  /** The cgroup of pouchd's containers; without it, no limit holds. */
  readonly cgroupParent?: string | undefined;
}

/** Of the program that hosts a module: a small young generation saves memory. */
export const hostNodeFlags = ['--max-semi-space-size=2', '--v8-pool-size=1'];

/** A user without rights on any host. The PID namespaces keep the plugins that share it apart. */
export const unprivilegedUser = 'nobody';

/**
 * The kernel kills a PID namespace with its first process (pid_namespaces(7)): nothing that the plugin starts survives
 * it, whatever it forks or detaches. The first process is a shell of root, which the plugin cannot signal; it ends
 * with unshare, and that with pouchd.
 */
const namespaces = [
  '--fork',
  '--kill-child',
  '--pid',
  '--mount',
  '--mount-proc',
  '--propagation',
  'slave',
  '--ipc',
];

/** Enters the cgroups, and hides from the plugin how. */
const join = 'for cgroup in $POUCH_CGROUPS; do echo 0 >"$cgroup" || exit 125; done; unset PWD POUCH_CGROUPS';
/** A network namespace begins with a loopback interface that is down. */
const loopback = 'ip link set lo up 2>/dev/null';
/** What a module prints goes to stderr: descriptor 4 is the stdout of pouchd's messages. */
const asHost = '4>&1 1>&2';
/** They wait for the plugin instead of becoming it: a process with pid 1 has other signals, and orphans to reap. */
const asRoot = '"$@"';
const asUser = [
  'user=$1; shift; group=$(id -g -- "$user") || exit 125',
  'setpriv --reuid "$user" --regid "$group" --init-groups --no-new-privs -- "$@"',
].join('\n');

/**
 * Starts the process of a plugin in a session of its own, without variables of pouchd. It gets three descriptors; the
 * program that hosts a module has two more: 3 for results that it waits for, 4 for its messages.
 * @param cgroups files that the first process of the namespace enters its number in
 */
export function launch(
  { path, hostCommand, env, user, grants }: LaunchSettings,
  cgroups: readonly string[],
): ChildProcess {
  const isRoot = user === 'root' || user === '0';
  const start = `${isRoot ? asRoot : asUser}${hostCommand ? ` ${asHost}` : ''}; exit $?`;
  const script = [join, ...(grants.network ? [] : [loopback]), start].join('\n');
  const command = [...(isRoot ? ['sh'] : ['sh', user]), ...(hostCommand ?? [path])];
  const unshare = ['unshare', ...namespaces, ...(grants.network ? [] : ['--net'])];
  return spawn('setpriv', ['--pdeathsig', 'KILL', '--', ...unshare, '--', 'sh', '-c', script, ...command], {
    cwd: '/',
    detached: true,
    env: { ...environment(env), POUCH_CGROUPS: cgroups.join(' ') },
    stdio: ['pipe', 'pipe', 'pipe', ...(hostCommand ? (['pipe'] as const) : [])],
  });
}

/** A PATH of the entry comes first: the tools that start the plugin are found in pouchd's. */
function environment({ PATH: first, ...env }: Readonly<Record<string, string>>): Record<string, string> {
  const { PATH: own = '/usr/sbin:/usr/bin:/sbin:/bin', LANG: lang } = process.env;
  const path = first === undefined ? own : `${first}:${own}`;
  return { ...(lang !== undefined && { LANG: lang }), ...env, PATH: path };
}
