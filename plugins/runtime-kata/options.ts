import { type Static, Type } from '../../hooks/index.ts';
import { findingNames } from './findings/names.ts';

const shim = Type.String({
  default: '',
  description: 'Name or absolute path of the shim. Default: containerd-shim-kata-v2.',
});
const config = Type.String({
  default: '',
  description: 'Absolute path of kata’s configuration file. Default: the first that kata itself would find.',
});
const runtimeType = Type.String({
  default: '',
  description: 'containerd’s runtime type, for a shim under a name of its own. Default: by the shim’s name.',
});
const defaults = Type.Record(
  Type.String({ pattern: '^((hypervisor|runtime|agent)\\.[a-z0-9_]+|io\\.katacontainers\\.[a-z0-9_.]+)$' }),
  Type.Union([Type.String(), Type.Number(), Type.Boolean()]),
  {
    default: {},
    description: 'Settings for every container, as --kata-opt takes them: `hypervisor.default_memory: 1024`.',
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
      description: 'The same by hypervisor: `clh` is the runtime kata-clh; any other name adds a runtime.',
    },
  ),
  cli: Type.String({
    default: 'kata-runtime',
    description: 'Name or absolute path of the command of kata 1.x, the runtime `kata-runtime`.',
  }),
  sandboxAnnotations: Type.Boolean({
    default: true,
    description:
      'Tells kata with Kubernetes’ annotations that a container is a sandbox, so that others can join it (--vm-of).',
  }),
  ignore: Type.Array(Type.Union(findingNames.map((name) => Type.Literal(name))), {
    default: [],
    description: 'What kata can do without on this host, of the names that `pouch doctor kata` prints.',
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

/** What is said of a hypervisor, over what is said of kata; a configuration file belongs to one of them alone. */
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
