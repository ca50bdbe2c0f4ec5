import type { AgentDeclaration, AgentDeclarations } from '../../client/index.ts';
import { ComposeReader, mapOf, pairsOf } from './ComposeReader.ts';
import { composeService, used } from './composeService.ts';

export interface Converted {
  readonly declarations: AgentDeclarations;
  /** What has no equivalent, with `FILE:LINE`. */
  readonly problems: readonly string[];
  readonly notes: readonly string[];
}

/** Sections that are read, or that have no meaning. */
const sections = ['version', 'name', 'services', 'networks', 'volumes'];

/** @throws Error with `FILE:LINE` for text that is not YAML */
export function composeFile(file: string, text: string): Converted {
  const reader = new ComposeReader(file, text);
  const all = reader.read();
  for (const key of Object.keys(all))
    if (!sections.includes(key) && !key.startsWith('x-')) reader.problem([key], 'Pouch has no equivalent');
  const project = typeof all['name'] === 'string' ? all['name'] : reader.project;
  const services = mapOf(all['services']);
  const containerOf = (name: string) => String(mapOf(services[name])['container_name'] ?? name);
  const nameIn = (section: string) => (name: string) => {
    const found = mapOf(mapOf(all[section])[name]);
    return typeof found['name'] === 'string' ? found['name'] : name;
  };
  const [ofNetworks, volumeOf] = [nameIn('networks'), nameIn('volumes')];
  // A network cannot be named `default`.
  const networkOf = (name: string) =>
    ofNetworks(name) === 'default' ? `${project}_default` : ofNetworks(name);
  const Containers = Object.entries(services).map(([name, service]) => {
    const path = ['services', name];
    const Words = composeService(mapOf(service), { reader, path, containerOf, networkOf, volumeOf });
    return declaration(containerOf(name), Words);
  });
  const usesDefault = Containers.some(({ Words }) => Words['network'] === networkOf('default'));
  const networks = { ...(usesDefault && { default: null }), ...mapOf(all['networks']) };
  return {
    declarations: {
      Containers,
      Networks: declared(networks, networkOf, (value, name) => networkWords(value, name, reader)),
      Volumes: declared(mapOf(all['volumes']), volumeOf, (value, name) => volumeWords(value, name, reader)),
    },
    problems: reader.problems,
    notes: [...reader.notes],
  };
}

type Words = Record<string, unknown>;

/** External ones are not declared: they exist. */
function declared(
  section: Words,
  nameOf: (name: string) => string,
  words: (value: Words, name: string) => Words,
): AgentDeclaration[] {
  return Object.entries(section)
    .filter(([, value]) => !mapOf(value)['external'])
    .map(([name, value]) => declaration(nameOf(name), used(words(mapOf(value), name))));
}

function declaration(Name: string, Words: Words): AgentDeclaration {
  return { Name, Words, Notes: [], Lost: [] };
}

function networkWords(value: Words, name: string, reader: ComposeReader): Words {
  const { name: _name, external: _external, driver, driver_opts, internal, attachable, ...rest } = value;
  const { enable_ipv6, labels, ipam, ...others } = rest;
  refuse(others, ['networks', name], reader);
  const configs = [mapOf(ipam)['config'] ?? []].flat().map(mapOf);
  const all = (key: string) => configs.flatMap((config) => config[key] ?? []);
  return {
    driver,
    opt: driver_opts,
    internal,
    attachable,
    ipv6: enable_ipv6,
    label: pairsOf(labels),
    subnet: all('subnet'),
    gateway: all('gateway'),
    'ip-range': all('ip_range'),
    'aux-address': configs.flatMap((config) =>
      Object.entries(mapOf(config['aux_addresses'])).map(([host, address]) => `${host}=${String(address)}`),
    ),
  };
}

function volumeWords(value: Words, name: string, reader: ComposeReader): Words {
  const { name: _name, external: _external, driver, driver_opts, labels, ...others } = value;
  refuse(others, ['volumes', name], reader);
  return { driver, opt: driver_opts, label: pairsOf(labels) };
}

function refuse(others: Words, path: readonly string[], reader: ComposeReader): void {
  for (const key of Object.keys(others))
    if (!key.startsWith('x-')) reader.problem([...path, key], 'Pouch has no equivalent');
}
