import { join } from 'node:path';
import type { Flavour } from '../flavours.ts';
import { exists, type Host } from '../host.ts';
import type { ShimVersion } from '../shim/version.ts';
import { type KataConfig, loadConfig } from './load.ts';

/** Annotation that selects the configuration file of a container (kata, how-to-set-sandbox-config-kata.md). */
export const configPathAnnotation = 'io.katacontainers.config_path';

export interface ConfigSearch {
  flavour: Flavour;
  language: ShimVersion['language'];
  /** The option `config`; empty if not set. */
  option: string;
  /** Annotations of the container, if there is one. */
  annotations?: Readonly<Record<string, string>>;
}

/**
 * Returns the configuration file in kata's order of precedence (containerd-shim-v2/create.go): annotation, option,
 * KATA_CONF_FILE, /etc, the defaults. A named file that does not exist is not skipped. Returns undefined if no file
 * exists.
 * @throws if the file is invalid
 */
export async function findConfig(host: Host, search: ConfigSearch): Promise<KataConfig | undefined> {
  const named = namedConfig(host, search);
  if (named) return await loadConfig(host, named);
  return (await ownConfig(host, search)) ?? (await generalConfig(host, search));
}

/** Describes where a configuration was searched, for messages. */
export function configPlaces(host: Host, search: ConfigSearch): string {
  const named = namedConfig(host, search);
  return (
    named ??
    configDirectories(search.language)
      .map((directory) => join(directory, search.flavour.configs[0]!))
      .join(', ')
  );
}

/** The variable names one file: it applies to the runtime `kata`, and not to those of a particular hypervisor. */
function namedConfig({ env }: Host, { annotations, option, flavour }: ConfigSearch): string | undefined {
  const variable = flavour.hypervisors === undefined ? env['KATA_CONF_FILE'] : undefined;
  return annotations?.[configPathAnnotation] || option || variable || undefined;
}

async function ownConfig(host: Host, { flavour, language }: ConfigSearch): Promise<KataConfig | undefined> {
  for (const directory of configDirectories(language))
    for (const name of flavour.configs) {
      const path = join(directory, name);
      if (await exists(host, path)) return await loadConfig(host, path);
    }
  return undefined;
}

/** A host with one hypervisor often has only one file. */
async function generalConfig(
  host: Host,
  { flavour, language }: ConfigSearch,
): Promise<KataConfig | undefined> {
  if (flavour.hypervisors === undefined) return undefined;
  for (const directory of configDirectories(language)) {
    const path = join(directory, 'configuration.toml');
    const config = (await exists(host, path)) ? await loadConfig(host, path) : undefined;
    if (config) return flavour.hypervisors.includes(config.hypervisorName) ? config : undefined;
  }
  return undefined;
}

/** Paths of the shims in Go, 1.x to 3.x: /etc, then the defaults of the package or of the static release. */
const goDirectories = [
  '/etc/kata-containers',
  '/usr/share/defaults/kata-containers',
  '/opt/kata/share/defaults/kata-containers',
];

/** runtime-rs (kata-types, config/default.rs) uses the same paths below its own directory. */
function configDirectories(language: 'go' | 'rust'): readonly string[] {
  return language === 'go' ? goDirectories : goDirectories.map((directory) => `${directory}/runtime-rs`);
}
