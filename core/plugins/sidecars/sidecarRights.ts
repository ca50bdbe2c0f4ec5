/** Rights of the sidecars of confined plugins: those of the plugin, and `grants.sidecars` of its entry. */
import type { PathGrants, PluginLimits, SidecarGrant } from '../../../config/types.ts';
import { mostSidecars, type SidecarInPouchd } from '../../../hooks/contributions/sidecar.ts';
import { PouchError } from '../../../hooks/errors.ts';
import { isConfined } from '../load/grants.ts';
import type { WantedPlugin } from '../load/wantedPlugin.ts';
import { defaultLimits } from '../process/LimitedCgroup.ts';
import { isRootUser, unprivilegedUser } from '../process/launch.ts';

/** What the entry of a plugin says about its sidecars. */
export type SidecarEntry = Pick<WantedPlugin, 'path' | 'isolation' | 'user' | 'limits' | 'grants'>;

/** How a sidecar runs. Plain data. */
export interface SidecarRights {
  readonly user: string;
  readonly namespaces: 'own' | 'host';
  readonly hasNetwork: boolean;
  readonly limits: PluginLimits;
  /** Paths that it sees beside its own files, as its plugin does; those of the host as its user may. */
  readonly paths: PathGrants | 'host';
}

/**
 * Returns how a sidecar runs.
 * @throws PCH_PLUGIN_RIGHTS if it wants more than its plugin has, and the entry does not grant it
 */
export function rightsOf(plugin: string, sidecar: SidecarInPouchd, entry: SidecarEntry): SidecarRights {
  const { isolation, user, limits: own = {}, grants = {} } = entry;
  const granted = grants.sidecars?.[sidecar.name] ?? {};
  const inPouchd = isolation === 'in-process';
  const sidecarUser = sidecar.user ?? user ?? (inPouchd ? 'root' : unprivilegedUser);
  const namespaces = sidecar.namespaces ?? (inPouchd ? 'host' : 'own');
  const paths = isConfined({ isolation, user }) ? (grants.paths ?? {}) : sidecar.paths;
  const seesHost = paths === undefined || namespaces === 'host' || isRootUser(sidecarUser);
  const rights: SidecarRights = {
    user: sidecarUser,
    namespaces,
    paths: seesHost ? 'host' : paths,
    hasNetwork: sidecar.network ?? (inPouchd || (grants.network ?? granted.network ?? false)),
    limits: { ...own, ...limitsOf(granted), ...sidecar.limits },
  };
  if (!isConfined({ isolation, user })) return rights;
  const missing = missingOf(sidecar, rights, { own: { ...defaultLimits, ...own }, granted, entry });
  if (missing.length === 0) return rights;
  const wants = missing.map(([name, value]) => `${name}: ${value}`).join(', ');
  throw new PouchError(
    'PCH_PLUGIN_RIGHTS',
    `plugin ${plugin}: its sidecar ${sidecar.name} wants ${wants}, which its entry does not grant`,
    {
      plugin,
      hint: `write \`grants: { sidecars: { ${sidecar.name}: { ${wants} } } }\` in its entry in pouchd.yaml if you trust it with that`,
    },
  );
}

/** @throws PCH_PLUGIN_INVALID, PCH_PLUGIN_RIGHTS */
export function checkSidecars(
  plugin: string,
  sidecars: readonly SidecarInPouchd[],
  entry: SidecarEntry,
): void {
  if (isConfined(entry) && sidecars.length > mostSidecars)
    throw new PouchError(
      'PCH_PLUGIN_INVALID',
      `plugin ${plugin} contributes ${sidecars.length} sidecars, expected at most ${mostSidecars}`,
      { plugin },
    );
  for (const sidecar of sidecars) rightsOf(plugin, sidecar, entry);
}

type Want = readonly [grant: keyof SidecarGrant, value: string];

function missingOf(
  { keep = false }: SidecarInPouchd,
  { user, namespaces, hasNetwork, limits }: SidecarRights,
  { own, granted, entry }: { own: PluginLimits; granted: SidecarGrant; entry: SidecarEntry },
): Want[] {
  const isHost = namespaces === 'host';
  const wants: (Want | false)[] = [
    user !== (entry.user ?? unprivilegedUser) && user !== granted.user && ['user', user],
    isHost && !granted.host && ['host', 'true'],
    !isHost && hasNetwork && !(entry.grants?.network ?? false) && !granted.network && ['network', 'true'],
    keep && !granted.keep && ['keep', 'true'],
    ...(['memory', 'cpus', 'pids'] as const).map(
      (name) => exceeds(limits[name], own[name], granted[name]) && ([name, String(limits[name])] as const),
    ),
  ];
  return wants.filter((want) => want !== false);
}

/** Those that the entry has for this sidecar alone. */
function limitsOf({ memory, cpus, pids }: SidecarGrant): PluginLimits {
  return {
    ...(memory !== undefined && { memory }),
    ...(cpus !== undefined && { cpus }),
    ...(pids !== undefined && { pids }),
  };
}

/** Whether a sidecar has more than it was granted, or else than its plugin, which has all without a limit. */
function exceeds(wanted: number | undefined, own: number | undefined, granted: number | undefined): boolean {
  const most = granted ?? own;
  return wanted !== undefined && most !== undefined && wanted > most;
}
