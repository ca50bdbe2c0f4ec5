import {
  allFeaturesBut,
  findBinary,
  kept,
  notUsable,
  runcLikeProvider,
  shimExecutable,
  type AddedRuntimeFacts,
  type RuntimeCapabilities,
  type RuntimeFeature,
  type RuntimeProvider,
  type RuntimeState,
} from '../../hooks/index.ts';

/** Provides a runtime of `runtime.add` in pouchd.yaml. */
export function addedProvider(name: string, added: AddedRuntimeFacts, state: string): RuntimeProvider {
  if (added.shim !== undefined) return shimProvider(name, added.shim, added);
  return runcLikeProvider({
    name,
    doc: 'added by runtime.add',
    binary: added.binary ?? name,
    state,
    capabilities: capabilities(added, { sharedMachine: unknown }),
    survey: () => Promise.resolve({}),
    ...(added.aliases && { aliases: added.aliases }),
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

function shimProvider(name: string, type: string, added: AddedRuntimeFacts): RuntimeProvider {
  const probe = kept(() => probeShim(type), { when: ({ usable }) => usable });
  return {
    name,
    aliases: [...(added.aliases ?? [])],
    doc: 'added by runtime.add',
    containerdType: type,
    capabilities: capabilities(added, { checkpoint: unknown, rdt: unknown, sharedMachine: unknown }),
    probe,
    async options() {
      const { usable, problem } = await probe();
      if (!usable) throw notUsable(name, problem ?? '');
      return {
        message: 'runtimeoptions.v1.Options',
        ...(added.typeUrl !== undefined && { typeUrl: added.typeUrl }),
        ...(added.config !== undefined && { configPath: added.config }),
      };
    },
  };
}

async function probeShim(type: string): Promise<RuntimeState> {
  const executable = shimExecutable(type);
  const path = await findBinary(executable);
  if (path !== undefined) return { usable: true, path, version: '' };
  return { usable: false, path: '', version: '', problem: `${executable} not found in containerd's PATH` };
}
