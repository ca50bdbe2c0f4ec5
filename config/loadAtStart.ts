import { mainFile } from './digestOfFiles.ts';
import { readLastGood } from './lastGood.ts';
import { type LoadedConfig, type LoadOptions, loadConfig, rootOf } from './load.ts';
import { ConfigError, ifValid } from './problem.ts';

export interface StartConfig {
  readonly loaded: LoadedConfig;
  /** Why the files of the host are not in force, but those that were when pouchd ran last. */
  readonly broken?: ConfigError;
}

/**
 * Loads the configuration for a start, which has none to keep: in the place of files with mistakes it takes those that
 * were last in force.
 * @throws ConfigError as `loadConfig`, if none are recorded, or they cannot be used either
 */
export function loadAtStart(options: LoadOptions): StartConfig {
  const lenient = { ...options, isLenient: true };
  try {
    const loaded = loadConfig(lenient);
    if (!loaded.isMainEmpty) return { loaded };
    const inForce = loadLastGood(lenient);
    return { loaded: inForce ? loadConfig({ ...lenient, inForce }) : loaded };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const loaded = loadLastGood(lenient);
    if (!loaded) throw error;
    return { loaded, broken: error };
  }
}

/** Returns undefined if they are not known, or have mistakes for this version, these flags or variables. */
function loadLastGood(options: LoadOptions): LoadedConfig | undefined {
  const root = rootOf(options);
  const texts = root === undefined ? undefined : readLastGood(root, mainFile(options));
  const loaded = texts && ifValid(() => loadConfig({ ...options, texts }));
  return loaded?.config.root === root ? loaded : undefined;
}
