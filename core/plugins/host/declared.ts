import type { OwnedEffectKind } from '../../contract/ownedEffectKind.ts';
import type { Contributed } from '../load/Contributions.ts';
import {
  type DeclaredDoctorCheck,
  type DeclaredEffect,
  type DeclaredImageSource,
  type DeclaredLogDriver,
  type DeclaredMetric,
  type DeclaredNetworkDriver,
  type DeclaredPage,
  type DeclaredRoute,
  type DeclaredVerb,
  type DeclaredVolumeDriver,
  logActions,
  networkActions,
  volumeActions,
} from '../../../hooks/processProtocol.ts';

/** What pouchd is sent about what a plugin contributes: its data, and which functions it has. */
export const declared = {
  effect: (kind: OwnedEffectKind): DeclaredEffect => ({
    ...pick<DeclaredEffect>(kind, ['kind', 'deadlineMs'], ['check', 'assume']),
    ...(kind.volatile && { volatile: true }),
  }),
  volumeDriver: (driver: Contributed['volumeDriver']) =>
    pick<DeclaredVolumeDriver>(driver, ['name', 'doc', 'options', 'deadlineMs'], volumeActions),
  networkDriver: (driver: Contributed['networkDriver']) =>
    pick<DeclaredNetworkDriver>(driver, ['name', 'doc', 'options', 'namespace', 'ports'], networkActions),
  logDriver: (driver: Contributed['logDriver']) =>
    pick<DeclaredLogDriver>(driver, ['name', 'doc', 'options', 'deadlineMs', 'keepsLog'], logActions),
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
