import {
  allFeaturesBut,
  runcLikeProvider,
  shimLikeProvider,
  type AddedRuntimeFacts,
  type RuntimeCapabilities,
  type RuntimeFeature,
  type RuntimeProvider,
} from '../../hooks/index.ts';

/** Provides a runtime of `runtime.add` in pouchd.yaml. */
export function addedProvider(name: string, added: AddedRuntimeFacts, state: string): RuntimeProvider {
  const { shim, config, typeUrl, aliases = [] } = added;
  const own = { name, aliases, doc: 'added by runtime.add' };
  if (shim !== undefined)
    return shimLikeProvider({
      ...own,
      shim,
      typeUrl,
      capabilities: capabilities(added, { checkpoint: unknown, rdt: unknown, sharedMachine: unknown }),
      configOf: () => Promise.resolve(config),
    });
  return runcLikeProvider({
    ...own,
    binary: added.binary ?? name,
    state,
    capabilities: capabilities(added, { sharedMachine: unknown }),
    survey: () => Promise.resolve({}),
  });
}

const unknown = 'runtime.add does not list it';

function capabilities(
  { lacks = [] }: AddedRuntimeFacts,
  always: Partial<Record<RuntimeFeature, string>>,
): RuntimeCapabilities {
  const named = Object.fromEntries(lacks.map((feature) => [feature, 'runtime.add lists it under `lacks`']));
  return allFeaturesBut({ ...always, ...named });
}
