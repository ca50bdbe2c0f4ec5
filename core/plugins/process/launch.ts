import { type ChildProcess, spawn } from 'node:child_process';
import type { PluginGrants, PluginLimits } from '../../../config/types.ts';
import { type Confinement, placesOf } from './places.ts';

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
  /** It sees all files of the host, with the rights of its user. */
  readonly seesHost?: boolean | undefined;
  /** It gives way to all other processes. */
  readonly isBackground?: boolean | undefined;
  /** The cgroup of pouchd's containers; without it, no limit holds. */
  readonly cgroupParent?: string | undefined;
  /** Missing: it has the rights of pouchd. */
  readonly confinement: Confinement | undefined;
}

/**
 * Of the program that hosts a module. A flag of V8, such as a smaller young generation, would save 1 MB of 23, and have
 * Node compile its own modules anew: 14 of 84 ms of CPU per start.
 */
export const hostNodeFlags = ['--v8-pool-size=1'];

/** Whether a plugin's process that runs as this user has all rights of pouchd. */
export function isRootUser(user: string | undefined): boolean {
  return user === 'root' || user === '0';
}

/** A user without rights on any host. The PID namespaces keep the plugins that share it apart. */
export const unprivilegedUser = 'nobody';

/**
 * Starts the process of a plugin in a session of its own, without variables of pouchd. It gets three descriptors; the
 * program that hosts a module has two more: 3 for results that it waits for, 4 for its messages.
 * @param cgroups files that the first process of the namespace enters its number in
 */
export function launch(settings: LaunchSettings, cgroups: readonly string[]): ChildProcess {
  const { path, hostCommand, env, user, grants, seesHost, isBackground, confinement } = settings;
  const command = hostCommand ?? [path];
  const [program = '', ...args] = confinement
    ? confinedCommand({
        command,
        program: confinement.program,
        user,
        cgroups,
        places: isRootUser(user) || seesHost ? [] : placesOf({ ...settings, confinement }),
        hasNetwork: grants.network ?? false,
        hostsModule: hostCommand !== undefined,
        isBackground,
      })
    : command;
  return spawn(program, args, {
    cwd: '/',
    detached: true,
    env: environment(env),
    stdio: ['pipe', 'pipe', 'pipe', ...(hostCommand ? (['pipe'] as const) : [])],
  });
}

interface ConfinedCommand {
  readonly command: readonly string[];
  /** Path of `pouch-confine`. */
  readonly program: string;
  readonly user: string;
  /** Files that the first process of the namespace enters its number in. */
  readonly cgroups: readonly string[];
  /** Of `placesOf`; none: it sees the files of the host. */
  readonly places: readonly string[];
  readonly hasNetwork: boolean;
  /** Its stdout becomes descriptor 4, and what it prints goes to stderr. */
  readonly hostsModule?: boolean;
  readonly isBackground?: boolean | undefined;
  /** It outlives pouchd. */
  readonly isKept?: boolean;
  /** Other options of `pouch-confine`. */
  readonly more?: readonly string[];
}

/**
 * argv that runs a command in namespaces of its own. `pouch-confine` (native/) creates them, enters the cgroups, and
 * stays as the first process of the PID namespace: the kernel kills everything in the namespace with it, whatever has
 * forked or detached itself, and it ends with pouchd, unless it is kept.
 */
export function confinedCommand(wanted: ConfinedCommand): string[] {
  const {
    command,
    program,
    user,
    cgroups,
    places,
    hasNetwork,
    hostsModule,
    isBackground,
    isKept,
    more = [],
  } = wanted;
  return [
    program,
    ...(isRootUser(user) ? [] : ['--user', user]),
    ...cgroups.flatMap((file) => ['--cgroup', file]),
    ...places,
    ...(hasNetwork ? [] : ['--own-network']),
    ...(hostsModule ? ['--module'] : []),
    ...(isBackground ? ['--background'] : []),
    ...(isKept ? ['--kept'] : []),
    ...more,
    '--',
    ...command,
  ];
}

/** A PATH of the entry is searched first, and then pouchd's. */
export function environment({
  PATH: first,
  ...env
}: Readonly<Record<string, string>>): Record<string, string> {
  const { PATH: own = '/usr/sbin:/usr/bin:/sbin:/bin', LANG: lang } = process.env;
  const path = first === undefined ? own : `${first}:${own}`;
  return { ...(lang !== undefined && { LANG: lang }), ...env, PATH: path };
}
