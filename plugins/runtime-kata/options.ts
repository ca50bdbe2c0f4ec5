import { type Static, Type } from '../../hooks/index.ts';
import { findingNames } from './findings/names.ts';

const shim = Type.String({
  default: '',
  description: 'Name or absolute path of the shim. Default: containerd-shim-kata-v2.',
});
const config = Type.String({
  default: '',
  description: 'Absolute path of kata’s configuration file. Default: the file that kata itself would use.',
});
const runtimeType = Type.String({
  default: '',
  description:
    'containerd’s runtime type, for a shim with another name. Default: derived from the shim’s name.',
});
const defaults = Type.Record(
  Type.String({ pattern: '^((hypervisor|runtime|agent)\\.[a-z0-9_]+|io\\.katacontainers\\.[a-z0-9_.]+)$' }),
  Type.Union([Type.String(), Type.Number(), Type.Boolean()]),
  {
    default: {},
    description: 'Settings for every container, by their names: `hypervisor.default_memory: 1024`.',
  },
);

export const options = Type.Object({
  shim,
  config,
  runtimeType,
  defaults,
  hypervisors: Type.Record(
    Type.String({ pattern: '^[a-z][a-z0-9-]*$' }),
    Type.Object({ shim, config, runtimeType, defaults }),
    {
      default: {},
      description:
        'The same options by hypervisor: `clh` for the runtime kata-clh; any other name adds a runtime.',
    },
  ),
  cli: Type.String({
    default: 'kata-runtime',
    description: 'Name or absolute path of the command of kata 1.x, used by the runtime `kata-runtime`.',
  }),
  sandboxAnnotations: Type.Boolean({
    default: true,
    description:
      'Marks a container as a sandbox with Kubernetes’ annotations, so that others can join its VM (`vmOf`).',
  }),
  ignore: Type.Array(Type.Union(findingNames.map((name) => Type.Literal(name))), {
    default: [],
    description: 'Findings of `pouch doctor kata`, by name, that do not make kata unusable on this host.',
  }),
});

export type KataOptions = Static<typeof options>;

/** The options of one runtime. */
export interface FlavourOptions {
  shim: string;
  config: string;
  runtimeType: string;
  defaults: Readonly<Record<string, string | number | boolean>>;
}

/**
 * Merges the options of a hypervisor over those of kata, except `config`: a configuration file belongs to one
 * hypervisor.
 */
export function optionsOf(all: KataOptions, hypervisor: string | undefined): FlavourOptions {
  const own = hypervisor === undefined ? undefined : all.hypervisors[hypervisor];
  const shared = { shim: all.shim, runtimeType: all.runtimeType, defaults: all.defaults };
  if (hypervisor === undefined) return { ...shared, config: all.config };
  return {
    shim: own?.shim || shared.shim,
    runtimeType: own?.runtimeType || shared.runtimeType,
    config: own?.config ?? '',
    defaults: { ...shared.defaults, ...own?.defaults },
  };
}
