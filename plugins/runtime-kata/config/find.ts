import { join } from 'node:path';
import type { Flavour } from '../flavours.ts';
import { exists, type Host } from '../host.ts';
import type { ShimVersion } from '../shim/version.ts';
import { type KataConfig, loadConfig } from './load.ts';
import { configFolders } from './paths.ts';

/** The annotation that chooses a configuration file for one container (kata, how-to-set-sandbox-config-kata.md). */
export const configPathAnnotation = 'io.katacontainers.config_path';

export interface ConfigSearch {
  flavour: Flavour;
  language: ShimVersion['language'];
  /** The option `config`; empty for none. */
  option: string;
  /** Of the container, if there is one. */
  annotations?: Readonly<Record<string, string>>;
}

/**
 * The configuration file by kata's precedence (containerd-shim-v2/create.go): annotation, option, KATA_CONF_FILE,
 * /etc, the defaults. What is named and missing is not passed over. Undefined if there is none.
 * @throws if it cannot be used
 */
export async function findConfig(host: Host, search: ConfigSearch): Promise<KataConfig | undefined> {
  const named = namedConfig(host, search);
  if (named) return await loadConfig(host, named);
  return (await ownConfig(host, search)) ?? (await generalConfig(host, search));
}

/** Where a configuration was looked for, for people. */
export function configPlaces(host: Host, search: ConfigSearch): string {
  const named = namedConfig(host, search);
  return (
    named ??
    configFolders(search.language)
      .map((folder) => join(folder, search.flavour.configs[0]!))
      .join(', ')
  );
}

/** The variable names one file: it counts for the runtime `kata`, and not for those of a certain hypervisor. */
function namedConfig({ env }: Host, { annotations, option, flavour }: ConfigSearch): string | undefined {
  const variable = flavour.hypervisors === undefined ? env['KATA_CONF_FILE'] : undefined;
  return annotations?.[configPathAnnotation] || option || variable || undefined;
}

async function ownConfig(host: Host, { flavour, language }: ConfigSearch): Promise<KataConfig | undefined> {
  for (const folder of configFolders(language))
    for (const name of flavour.configs) {
      const path = join(folder, name);
      if (await exists(host, path)) return await loadConfig(host, path);
    }
  return undefined;
}

/** A host with one hypervisor often has one file alone. */
async function generalConfig(
  host: Host,
  { flavour, language }: ConfigSearch,
): Promise<KataConfig | undefined> {
  if (flavour.hypervisors === undefined) return undefined;
  for (const folder of configFolders(language)) {
    const config = await loadConfig(host, join(folder, 'configuration.toml'));
    if (config) return flavour.hypervisors.includes(config.hypervisorName) ? config : undefined;
  }
  return undefined;
}
