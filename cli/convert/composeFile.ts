import type { AgentDeclaration, AgentDeclarations } from '../../client/index.ts';
import { type ComposeNode, isMapValue } from './ComposeNode.ts';
import { ComposeReader } from './ComposeReader.ts';
import { networkWords, volumeWords } from './composeObjects.ts';
import { composeService } from './composeService.ts';
import { filesOf } from './service/fileMounts.ts';
import { used, type Words } from './words.ts';

export interface Converted {
  readonly declarations: AgentDeclarations;
  /** What has no equivalent, with `FILE:LINE:COLUMN`. */
  readonly problems: readonly string[];
  readonly notes: readonly string[];
}

/**
 * Every key of the file is converted, or in a problem or a note.
 * @throws PCH_OPTION_INVALID with `FILE:LINE:COLUMN` for text that is not YAML
 */
export function composeFile(file: string, text: string): Converted {
  const reader = new ComposeReader(file, text);
  const { root } = reader;
  if (!root.isSet || (isMapValue(root.value) && Object.keys(root.value).length === 0))
    root.problem('expected a map with services, found nothing');
  root.get('version').note('left out: it has no meaning');
  const project = root.get('name').string() ?? reader.project;
  const services = root.get('services');
  const [networks, volumes] = [root.get('networks'), root.get('volumes')];
  const containerOf = (name: string) =>
    services.has(name) ? (services.get(name).get('container_name').string() ?? name) : name;
  // A network cannot be named `default`.
  const networkOf = (name: string) => {
    const found = nameOf(networks, name);
    return found === 'default' ? `${project}_default` : found;
  };
  const volumeOf = (name: string) => nameOf(volumes, name);
  const [secrets, configs] = [filesOf(root.get('secrets')), filesOf(root.get('configs'))];
  const names = { containerOf, networkOf, volumeOf, secrets, configs };
  const Containers = services
    .entries()
    .map(([name, service]) => declaration(containerOf(name), composeService(service, names)));
  const usesDefault = Containers.some(({ Words }) =>
    [Words['network']].flat().includes(networkOf('default')),
  );
  const isDeclared = networks.has('default');
  const Networks = declared(networks, networkOf, networkWords);
  const Volumes = declared(volumes, volumeOf, volumeWords);
  reader.reportUnread();
  return {
    declarations: {
      Containers,
      Networks: usesDefault && !isDeclared ? [declaration(networkOf('default'), {}), ...Networks] : Networks,
      Volumes,
    },
    problems: reader.problems,
    notes: reader.notes,
  };
}

/** The name of a network or a volume on the host. */
function nameOf(section: ComposeNode, name: string): string {
  if (!section.has(name)) return name;
  const object = section.get(name);
  const external = object.isMap ? object.get('external') : undefined;
  const legacy = external?.isMap ? external.get('name').string() : undefined;
  return (object.isMap ? object.get('name').string() : undefined) ?? legacy ?? name;
}

/** External ones are not declared: they exist. */
function declared(
  section: ComposeNode,
  of: (name: string) => string,
  words: (object: ComposeNode) => Words,
): AgentDeclaration[] {
  return section.entries().flatMap(([name, object]) => {
    const external = object.get('external');
    const found = of(name);
    if (external.isMap || external.flag() === true) return [];
    return [declaration(found, used(words(object)))];
  });
}

function declaration(Name: string, Words: Words): AgentDeclaration {
  return { Name, Words, Notes: [], Lost: [] };
}
