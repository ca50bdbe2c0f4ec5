import { dirname } from 'node:path';
import { messageOf, type RuntimeFinding } from '../../../hooks/index.ts';
import { type ConfigSearch, configPlaces, findConfig } from '../config/find.ts';
import type { KataConfig } from '../config/load.ts';
import type { Host } from '../host.ts';
import { bad, good } from './finding.ts';

export async function configFinding(
  host: Host,
  search: ConfigSearch,
): Promise<{ finding: RuntimeFinding; config?: KataConfig }> {
  try {
    const config = await findConfig(host, search);
    if (!config) return { finding: missing(host, search) };
    return { finding: overruled(host, search, config) ?? found(search, config), config };
  } catch (error) {
    return {
      finding: bad(
        'configuration',
        messageOf(error),
        'fix the file, or set the option config to another file',
      ),
    };
  }
}

function missing(host: Host, search: ConfigSearch): RuntimeFinding {
  const name = search.flavour.configs[0];
  const folder = `kata-containers${search.language === 'rust' ? '/runtime-rs' : ''}`;
  return bad(
    'configuration',
    `not found at ${configPlaces(host, search)}`,
    `mkdir -p /etc/${folder} && cp /opt/kata/share/defaults/${folder}/${name} /etc/${folder}/`,
  );
}

/** In runtime-rs since 2025 the variable takes precedence over its options (runtimes/src/manager.rs, load_config). */
function overruled(
  { env }: Host,
  { language }: ConfigSearch,
  { path }: KataConfig,
): RuntimeFinding | undefined {
  const variable = env['KATA_CONF_FILE'];
  if (language !== 'rust' || !variable || variable === path) return undefined;
  return bad(
    'configuration',
    `${path}, but KATA_CONF_FILE is ${variable}, which a shim in Rust prefers`,
    'start pouchd and its containerd without KATA_CONF_FILE',
  );
}

function found({ flavour }: ConfigSearch, { path, hypervisorName }: KataConfig): RuntimeFinding {
  const fits = flavour.hypervisors?.includes(hypervisorName) ?? true;
  if (fits) return good('configuration', `${path}, hypervisor ${hypervisorName}`);
  return bad(
    'configuration',
    `${path} is for the hypervisor ${hypervisorName}, not ${flavour.hypervisors?.[0]}`,
    `ls ${dirname(path)}; set the option hypervisors.${flavour.name.replace('kata-', '')}.config to the right file`,
  );
}
