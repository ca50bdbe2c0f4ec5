import {
  kept,
  PouchError,
  type ContainerDraft,
  type RuntimeProvider,
  type RuntimeState,
} from '../../hooks/index.ts';
import { settingField } from './annotations/names.ts';
import { adaptToMachine } from './adaptSpec.ts';
import { checkSettings } from './annotations/check.ts';
import { resizedAnnotations } from './annotations/resize.ts';
import { withDefaults } from './annotations/settings.ts';
import { vmMemory } from './annotations/sizing.ts';
import { kataCapabilities, limitsOf } from './capabilities.ts';
import { unknownCapabilities } from './capabilitySet.ts';
import { configPathAnnotation, type ConfigSearch, findConfig } from './config/find.ts';
import type { KataConfig } from './config/load.ts';
import { lookAtHost } from './findings/index.ts';
import type { FindingName } from './findings/names.ts';
import type { Flavour } from './flavours.ts';
import type { Host } from './host.ts';
import { lostExitSign } from './lostExit.ts';
import { firstObstacle } from './obstacle.ts';
import type { FlavourOptions } from './options.ts';
import { refusalsOf } from './refusals/index.ts';
import { probeShim, type Shim } from './shim/probe.ts';

export interface KataRuntime {
  flavour: Flavour;
  options: FlavourOptions;
  /** Findings that do not make the runtime unusable. */
  ignore: readonly FindingName[];
  sandboxAnnotations: boolean;
  snapshotter: string;
  host: Host;
}

interface Probed {
  shim: Shim | undefined;
  state: RuntimeState;
}

/** Time for which the findings are cached, in milliseconds: one plan reads them several times. */
const keepMs = 1_000;

/** Provides a runtime by kata's shim. */
export function kataProvider(kata: KataRuntime): RuntimeProvider {
  const { flavour, options } = kata;
  let type = `io.containerd.${flavour.handler}.v2`;
  const look = kept(
    async () => {
      const probed = await probe(kata);
      type = probed.shim?.type ?? type;
      return probed;
    },
    { for: keepMs },
  );
  const configOf = async (draft: ContainerDraft) => await usedConfig(kata, await look(), draft);
  return {
    name: flavour.name,
    doc: flavour.doc,
    isolation: 'vm',
    get containerdType() {
      return type;
    },
    capabilities: kataCapabilities({
      sharedMachine:
        kata.sandboxAnnotations || 'sandboxAnnotations is disabled in the options of runtime-kata',
    }),
    probe: async (options) => (await look(options)).state,
    async options(draft) {
      const { shim, state } = await look();
      if (!shim || !state.usable) throw notUsable(flavour.name, state);
      return {
        message: shim.major === 1 ? 'cri.runtimeoptions.v1.Options' : 'runtimeoptions.v1.Options',
        configPath: (await configOf(draft)).path,
      };
    },
    async refusals(draft) {
      const { major = 0 } = (await look()).shim ?? {};
      const config = await configOf(draft);
      const annotations = withDefaults(draft, options.defaults);
      checkSettings(annotations, config, { major, vmOf: draft.vmOf });
      return await refusalsOf(draft, config, { annotations, major, files: kata.host.files });
    },
    unknownCapabilities: async () => unknownCapabilities((await look()).shim?.major ?? 0),
    machineMemory: async (draft) => vmMemory(withDefaults(draft, options.defaults), await configOf(draft)),
    async resizedAnnotations(draft, resources) {
      const { major = 0 } = (await look()).shim ?? {};
      return resizedAnnotations(draft, resources, { config: await configOf(draft), major });
    },
    // Later versions report 255 themselves.
    lostExitSign: async (container, kind) =>
      (await look()).shim?.major === 1 ? lostExitSign(container, kind) : undefined,
    async adaptSpec(draft) {
      const { language = 'go', version = '' } = (await look()).shim ?? {};
      return adaptToMachine(draft, {
        config: await configOf(draft),
        defaults: options.defaults,
        language,
        version,
        announce: kata.sandboxAnnotations,
      });
    },
  };
}

async function probe(kata: KataRuntime): Promise<Probed> {
  const { flavour, options, host, ignore } = kata;
  const shim = await probeShim(host, flavour.handler, options);
  const { findings, config } = await lookAtHost(host, shim, {
    shim: options.shim,
    search: search(kata, shim),
    snapshotter: kata.snapshotter,
  });
  const problem = firstObstacle(findings, ignore);
  return {
    shim,
    state: {
      usable: problem === undefined && config !== undefined && shim !== undefined,
      path: shim?.path ?? '',
      version: shim?.version ?? '',
      ...(problem !== undefined && { problem }),
      ...(config && { limits: limitsOf(config) }),
      findings,
    },
  };
}

function search({ flavour, options }: KataRuntime, shim: Shim | undefined): ConfigSearch {
  return { flavour, language: shim?.language ?? 'go', option: options.config };
}

/** Returns the configuration of a container's VM. @throws PCH_KATA_OPTION */
async function usedConfig(kata: KataRuntime, { shim }: Probed, draft: ContainerDraft): Promise<KataConfig> {
  const annotations = withDefaults(draft, kata.options.defaults);
  const config = await findConfig(kata.host, { ...search(kata, shim), annotations }).catch(
    (error: unknown) => {
      if (error instanceof PouchError) throw error;
      throw new PouchError('PCH_KATA_OPTION', (error as Error).message, {
        hint: 'fix that file',
        cause: error,
      });
    },
  );
  if (config) return config;
  throw new PouchError('PCH_KATA_OPTION', 'kata’s configuration: expected the named file, found none', {
    hint: `correct ${settingField(configPathAnnotation)} or the option config`,
  });
}

function notUsable(name: string, { problem }: RuntimeState): PouchError {
  return new PouchError('PCH_RUNTIME_UNUSABLE', `the runtime ${name} is not usable: ${problem ?? ''}`, {
    hint: `run pouch doctor ${name} for all that it needs`,
  });
}
