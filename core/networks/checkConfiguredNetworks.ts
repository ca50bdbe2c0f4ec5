/** Checks the networks of pouchd.yaml without a pouchd that serves: their drivers, and their options by its schema. */
import type { LoadedConfig } from '../../config/index.ts';
import type { NamedNetwork } from '../../config/types.ts';
import { type Engine, engineServices } from '../../hooks/engine.ts';
import { hasCode, PouchError, toPouchError } from '../../hooks/errors.ts';
import type { FileAccess } from '../../hooks/files.ts';
import { hostFacts } from '../hostFacts.ts';
import { pluginConfig } from '../pluginConfig.ts';
import { containerWith, type Generation, isConfined, loadPlugins, silent } from '../plugins/index.ts';
import type { LoadPluginsOptions } from '../plugins/index.ts';
import { systemClock } from '../systemClock.ts';
import { foundNetwork } from './NetworkDrivers.ts';

export interface ConfiguredNetworks {
  readonly problems: readonly { readonly network: string; readonly error: PouchError }[];
  /** Networks whose drivers may be those of these plugins, which were not set up. */
  readonly unchecked: readonly { readonly network: string; readonly plugins: readonly string[] }[];
}

type Options = Omit<LoadPluginsOptions, 'container' | 'number'>;
type Entry = Options['entries'][number];

/**
 * Sets up the built-in plugins, and confined ones without the network and the paths of their grants, so that nothing on
 * the host is touched. Plugins that run in pouchd or as root are not set up.
 */
export async function checkConfiguredNetworks(
  loaded: LoadedConfig,
  options: Options,
): Promise<ConfiguredNetworks> {
  const { networks } = loaded.config.network;
  if (Object.keys(networks).length === 0) return { problems: [], unchecked: [] };
  const entries = options.entries.filter(({ enabled, shadow }) => enabled && !shadow);
  const harmless = entries.filter(isHarmless);
  const generation = await loadPlugins({
    ...options,
    entries: harmless.map(withoutRights),
    hooksDir: undefined,
    number: 0,
    container: servicesOf(loaded),
  });
  try {
    const left = entries.filter((entry) => !isHarmless(entry)).map(({ name, path = '' }) => name ?? path);
    return checked(networks, generation, [...left, ...quarantinedIn(generation)]);
  } finally {
    await generation.dispose();
  }
}

function checked(
  networks: Readonly<Record<string, NamedNetwork>>,
  generation: Generation,
  left: readonly string[],
): ConfiguredNetworks {
  const problems: { network: string; error: PouchError }[] = [];
  const unchecked: { network: string; plugins: readonly string[] }[] = [];
  for (const network of Object.keys(networks))
    try {
      const { driver, options } = foundNetwork(network, generation, networks);
      driver.checkOptions(network, options);
    } catch (error) {
      const isUnknown = hasCode(error, 'PCH_NETWORK_DRIVER_UNKNOWN');
      if (isUnknown && left.length > 0) unchecked.push({ network, plugins: left });
      else problems.push({ network, error: toPouchError(error) });
    }
  return { problems, unchecked };
}

function isHarmless({ path, isolation = 'process', user }: Entry): boolean {
  return path === undefined || isConfined({ isolation, user });
}

function withoutRights({ grants, ...entry }: Entry): Entry {
  if (!grants) return entry;
  const { network: _network, paths: _paths, ...others } = grants;
  return { ...entry, grants: others };
}

function quarantinedIn({ plugins }: Generation): string[] {
  return plugins.flatMap(({ name, state }) => (state === 'quarantined' ? [name] : []));
}

function servicesOf(loaded: LoadedConfig): LoadPluginsOptions['container'] {
  const engine = Object.keys(engineServices).map((name) => [name, notRunning(name)]);
  return containerWith({
    clock: systemClock,
    log: silent,
    host: hostFacts(loaded),
    config: pluginConfig(loaded),
    files: notRunning<FileAccess>('files'),
    ...(Object.fromEntries(engine) as Engine),
  });
}

/** As while pouchd starts. */
function notRunning<Service extends object>(name: string): Service {
  return new Proxy({} as Service, {
    get(_target, key) {
      // A service that had `then` would be taken for a promise.
      if (typeof key === 'symbol' || key === 'then') return undefined;
      return () => {
        throw new PouchError('PCH_NOT_READY', `pouchd does not run: ${name}.${key} cannot be called`);
      };
    },
  });
}
