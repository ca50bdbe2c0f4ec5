import { PouchError } from '../../../hooks/errors.ts';
import type { Generation } from '../generation.ts';
import type { PluginVersion } from '../load/PluginVersion.ts';

/** What a plugin may be needed for. */
export interface Needs {
  readonly generation: Generation;
  /** Every container with its runtime. */
  readonly containers: readonly { readonly name: string; readonly runtime: string }[];
  readonly defaultRuntime: string;
  /** Whether a container has an effect of a kind. */
  isApplied(kind: string): boolean;
}

/** At most so many containers are named. */
const mostNames = 3;

/**
 * Returns what stops working without a plugin, in sentences; none if nothing does.
 * @throws PCH_PLUGIN_NEEDED for one without which pouchd does not serve
 */
export function whatNeeds(name: string, needs: Needs): string[] {
  const { generation } = needs;
  const version = generation.versions.get(name);
  const { runtimes = [], effectKinds = [], surfaces = [] } = version?.contributions ?? {};
  const surface = surfaces.find(({ required }) => required);
  if (surface) throw requiredBySurface(name, surface.name);
  const applied = effectKinds.map(({ kind }) => kind).filter((kind) => needs.isApplied(kind));
  return [
    ...(version?.plugin.required ? ['it is required: containers are created without its checks'] : []),
    ...clientsOf(version, generation),
    ...runtimes.flatMap((runtime) => ofRuntime([runtime.name, ...(runtime.aliases ?? [])], needs)),
    ...(applied.length > 0
      ? [
          `containers have effects of it (${applied.join(', ')}): its last version undoes them, new containers get none`,
        ]
      : []),
  ];
}

function clientsOf(version: PluginVersion | undefined, { versions }: Generation): string[] {
  const clients = [...new Set(versions.values())].filter((one) => version && one.providers.includes(version));
  const names = clients.map(({ plugin }) => plugin.name);
  return names.length > 0 ? [`${someOf(names)} cannot be loaded without its services`] : [];
}

function ofRuntime(names: readonly string[], { containers, defaultRuntime }: Needs): string[] {
  const [name = ''] = names;
  const users = containers.filter(({ runtime }) => names.includes(runtime)).map((one) => one.name);
  return [
    ...(names.includes(defaultRuntime) ? [`its runtime ${name} is the default one`] : []),
    ...(users.length > 0 ? [`its runtime ${name} runs ${someOf(users)}: they cannot be started again`] : []),
  ];
}

function someOf(names: readonly string[]): string {
  const more = names.length - mostNames;
  return names.slice(0, mostNames).join(', ') + (more > 0 ? ` and ${more} others` : '');
}

function requiredBySurface(plugin: string, surface: string): PouchError {
  return new PouchError(
    'PCH_PLUGIN_NEEDED',
    `plugin ${plugin} cannot be disabled: pouchd does not serve without its surface ${surface}`,
    { hint: 'to end it, stop pouchd', plugin },
  );
}
