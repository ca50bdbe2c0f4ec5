import type { Command } from 'commander';

/** The parts of a command that a completion script needs. */
export interface CompletionNode {
  /** Names after `pouch`: `container`, `ls`. */
  path: string[];
  summary: string;
  options: {
    short: string | undefined;
    long: string;
    takesValue: boolean;
    description: string;
    completes: Kind | undefined;
  }[];
  /** The kind of object that its arguments name. */
  completes: Kind | undefined;
  /** Lists what its arguments after a container name in that container. The name of the container follows it. */
  lister: string | undefined;
  children: CompletionNode[];
}

type Kind = keyof typeof listers;

/** Returns the command tree as plain data. */
export function describeTree(command: Command, path: string[] = []): CompletionNode {
  const help = command.createHelp();
  return {
    path,
    summary: command.summary() || command.description(),
    options: help.visibleOptions(command).flatMap((option) =>
      option.long
        ? [
            {
              short: option.short,
              long: option.long,
              takesValue: option.required || option.optional,
              description: option.description,
              completes: kindOf(option.long.slice(2), path[0]),
            },
          ]
        : [],
    ),
    completes: kindOf(command.registeredArguments[0]?.name()),
    lister: listerOf(command),
    children: command.commands.map((child) => describeTree(child, [...path, child.name()])),
  };
}

/** An option of a command group may complete another kind: `--driver` of `network`. */
function kindOf(name = '', group = ''): CompletionNode['completes'] {
  const ofGroup = `${group}-${name}`;
  if (Object.hasOwn(listers, ofGroup)) return ofGroup as Kind;
  return Object.hasOwn(listers, name) ? (name as Kind) : undefined;
}

function listerOf({ registeredArguments: [first, second] }: Command): string | undefined {
  const name = second?.name() ?? '';
  const isOfContainer = first?.name() === 'container' && !first.variadic;
  return isOfContainer && Object.hasOwn(listersInContainer, name)
    ? listersInContainer[name as keyof typeof listersInContainer]
    : undefined;
}

/** Returns the node and its descendants. */
export function allNodes(node: CompletionNode): CompletionNode[] {
  return [node, ...node.children.flatMap(allNodes)];
}

const volumeDrivers = 'pouch info --format "{{range .Plugins.Volume}}{{println .}}{{end}}"';
const networkDrivers = 'pouch info --format "{{range .Plugins.Network}}{{println .}}{{end}}"';
const logDrivers = 'pouch info --format "{{range .Plugins.Log}}{{println .}}{{end}}"';

/** Commands that list the names of each kind of object. */
export const listers = {
  container: 'pouch ps -a --format "{{.Names}}"',
  image: 'pouch images --format "{{.Repository}}:{{.Tag}}"',
  volume: 'pouch volume ls -q',
  network: 'pouch network ls --format "{{.Name}}"',
  plugin: 'pouch plugin ls -q',
  context: 'pouch context ls -q',
  from: 'pouch context ls -q',
  profile: 'pouch profile ls -q',
  'rich-mode': 'pouch rich ls -q',
  runtime: 'pouch runtime ls -q',
  driver: volumeDrivers,
  'volume-driver': volumeDrivers,
  'network-driver': networkDrivers,
  'log-driver': logDrivers,
} as const;

/** The same of objects of a container, whose name follows. */
const listersInContainer = {
  service: 'pouch svc ls -a -q',
  snapshot: 'pouch snapshot ls -q',
} as const;
