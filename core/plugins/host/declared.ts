import type { OwnedEffectKind } from '../../contract/ownedEffectKind.ts';
import type { Contributed, Contributions } from '../load/Contributions.ts';
import { functionsIn } from '../process/functionsIn.ts';
import type { Plugin } from '../../../hooks/definePlugin.ts';
import {
  type Contributed as Declaration,
  type DeclaredDoctorCheck,
  type DeclaredEffect,
  type DeclaredImageSource,
  type DeclaredLogDriver,
  type DeclaredMetric,
  type DeclaredNetworkDriver,
  type DeclaredPage,
  type DeclaredRoute,
  type DeclaredRuntime,
  type DeclaredService,
  type DeclaredVerb,
  type DeclaredVolumeDriver,
  logActions,
  networkActions,
  providedMethod,
  runtimeActions,
  volumeActions,
} from '../../../hooks/processProtocol.ts';
import { declarationOf } from '../../../hooks/contributions/sidecar.ts';
import { PouchError } from '../../../hooks/errors.ts';
import type { RuntimeProgram } from '../../../hooks/runtimeProgram.ts';
import { tokenName } from '../../../hooks/token.ts';

/** What pouchd is sent about a contribution: its data, and which functions it has. */
const declared = {
  effect: (kind: OwnedEffectKind): DeclaredEffect => ({
    ...pick<DeclaredEffect>(kind, ['kind', 'deadlineMs'], ['check', 'assume']),
    ...(kind.volatile && { volatile: true }),
  }),
  sidecar: (sidecar: Contributed['sidecar']) => {
    const declaration = declarationOf(sidecar);
    const more = Object.keys(sidecar).filter((field) => !(field in declaration));
    if (more.length > 0) throw onlyInPouchd(sidecar.name, more);
    return declaration;
  },
  volumeDriver: (driver: Contributed['volumeDriver']) =>
    pick<DeclaredVolumeDriver>(driver, ['name', 'doc', 'options', 'deadlineMs'], volumeActions),
  runtime: (program: RuntimeProgram) =>
    pick<DeclaredRuntime>(
      program,
      ['name', 'aliases', 'doc', 'isolation', 'binary', 'shim', 'config', 'typeUrl', 'lacks'],
      runtimeActions,
    ),
  networkDriver: (driver: Contributed['networkDriver']) =>
    pick<DeclaredNetworkDriver>(driver, ['name', 'doc', 'options', 'namespace', 'ports'], networkActions),
  logDriver: (driver: Contributed['logDriver']) =>
    pick<DeclaredLogDriver>(
      driver,
      ['name', 'doc', 'options', 'defaults', 'deadlineMs', 'keepsLog'],
      logActions,
    ),
  imageSource: (source: Contributed['imageSource']) =>
    pick<DeclaredImageSource>(source, ['name', 'doc', 'references', 'deadlineMs'], []),
  page: (page: Contributed['page']) =>
    pick<DeclaredPage>(page, ['name', 'title', 'doc', 'listed', 'deadlineMs'], []),
  route: (route: Contributed['route']) =>
    pick<DeclaredRoute>(route, ['method', 'path', 'body', 'deadlineMs'], []),
  verb: (verb: Contributed['verb']) =>
    pick<DeclaredVerb>(verb, ['name', 'doc', 'args', 'options', 'deadlineMs'], []),
  doctorCheck: (check: Contributed['doctorCheck']) =>
    pick<DeclaredDoctorCheck>(check, ['name', 'deadlineMs'], []),
  metric: (metric: Contributed['metric']) =>
    pick<DeclaredMetric>(metric, ['name', 'doc', 'type', 'labels'], []),
};

/** What a plugin has contributed in its setup, for the reply to it. Empty lists are left out. */
export function declaredBy(
  plugin: Plugin,
  contributions: Contributions,
  programs: readonly RuntimeProgram[],
): Declaration {
  const lists = {
    profiles: [...contributions.profiles],
    runtimes: programs.map(declared.runtime),
    volumeDrivers: contributions.of('volumeDriver').map(declared.volumeDriver),
    networkDrivers: contributions.of('networkDriver').map(declared.networkDriver),
    sidecars: contributions.of('sidecar').map(declared.sidecar),
    logDrivers: contributions.of('logDriver').map(declared.logDriver),
    imageSources: contributions.of('imageSource').map(declared.imageSource),
    pages: contributions.of('page').map(declared.page),
    routes: contributions.of('route').map(declared.route),
    verbs: contributions.of('verb').map(declared.verb),
    doctorChecks: contributions.of('doctorCheck').map(declared.doctorCheck),
    metrics: contributions.of('metric').map(declared.metric),
    provides: declaredServices(plugin, contributions),
    richModes: contributions.of('richMode').map(({ name, doc }) => ({ name, doc })),
  };
  const filled: Partial<typeof lists> = Object.fromEntries(
    Object.entries(lists).filter(([, list]) => list.length > 0),
  );
  return {
    hooks: contributions.taps.map((tap) => ({ point: tap.point.name, ...tap.options })),
    effects: contributions.effectKinds.map(declared.effect),
    ...filled,
  };
}

/** The services of a plugin, with the methods that can be called from another process. */
function declaredServices(
  { provides = {} }: Plugin,
  { provided, deadlinesMs }: Contributions,
): DeclaredService[] {
  const isCallable = new RegExp(providedMethod);
  return Object.entries(provides).map(([name, token]) => ({
    service: tokenName(token),
    methods: functionsIn(provided.get(name) ?? {}).filter((method) => isCallable.test(method)),
    ...(deadlinesMs[name] && { deadlinesMs: { ...deadlinesMs[name] } }),
  }));
}

/** The given fields that it has, and true for each function. */
function pick<Declared>(
  contributed: object,
  fields: readonly (keyof Declared & string)[],
  functions: readonly (keyof Declared & string)[],
): Declared {
  const values = contributed as Readonly<Record<string, unknown>>;
  const has = (name: string) => values[name] !== undefined;
  return Object.fromEntries([
    ...fields.filter(has).map((name) => [name, values[name]]),
    ...functions.filter(has).map((name) => [name, true]),
  ]) as Declared;
}

function onlyInPouchd(sidecar: string, fields: readonly string[]): PouchError {
  return new PouchError(
    'PCH_PLUGIN_INVALID',
    `the sidecar ${sidecar} has ${fields.join(', ')}, which only a sidecar of a plugin in pouchd may have`,
    { hint: 'leave it out, or write `isolation: in-process` in the entry of the plugin in pouchd.yaml' },
  );
}
