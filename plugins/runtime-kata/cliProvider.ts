/** kata 1.x by its command `kata-runtime`, which is like runc: containerd's shim for runc runs it. */
import { join } from 'node:path';
import { kept, messageOf, PouchError, type RuntimeProvider, type RuntimeState } from '../../hooks/index.ts';
import { adaptToMachine } from './adaptSpec.ts';
import { checkSettings } from './annotations/check.ts';
import { withDefaults } from './annotations/settings.ts';
import { machineMemory } from './annotations/sizing.ts';
import { kataCapabilities } from './capabilities.ts';
import { unknownCapabilities } from './capabilitySet.ts';
import { configPathAnnotation, findConfig } from './config/find.ts';
import type { KataConfig } from './config/load.ts';
import { flavours } from './flavours.ts';
import type { Host } from './host.ts';
import type { FlavourOptions } from './options.ts';
import { refusalsOf } from './refusals/index.ts';
import { findExecutable } from './shim/find.ts';
import { majorOf, parseCliVersion } from './shim/version.ts';

export interface KataCommand {
  /** Name or absolute path. */
  command: string;
  /** The configuration file that it reads, where that is none of the usual; empty for these. */
  config: string;
  defaults: FlavourOptions['defaults'];
  /** The daemon's state folder. */
  state: string;
  host: Host;
}

const name = 'kata-runtime';
const major = 1;
const keepMs = 1_000;

export function kataCommandProvider(kata: KataCommand): RuntimeProvider {
  const { defaults, state } = kata;
  const look = kept(() => probe(kata), { for: keepMs });
  return {
    name,
    doc: 'Kata Containers 1.x by its command line',
    isolation: 'vm',
    containerdType: 'io.containerd.runc.v2',
    capabilities: kataCapabilities({ sharedMachine: 'only kata’s shim shares machines: --runtime kata' }),
    probe: look,
    async options() {
      const { usable, path, problem } = await look();
      if (!usable)
        throw new PouchError('PCH_RUNTIME_UNUSABLE', `the runtime ${name} cannot be used: ${problem ?? ''}`, {
          hint: 'use --runtime kata',
        });
      return { binaryName: path, root: join(state, name) };
    },
    async refusals(draft) {
      const annotations = withDefaults(draft, defaults);
      if (annotations[configPathAnnotation]) return [configPathRefusal];
      const config = await usedConfig(kata);
      checkSettings(annotations, config, { major, vmOf: draft.vmOf });
      return await refusalsOf(draft, config, { annotations, major });
    },
    unknownCapabilities: () => Promise.resolve(unknownCapabilities(major)),
    machineMemory: async (draft) => machineMemory(withDefaults(draft, defaults), await usedConfig(kata)),
    async adaptSpec(draft) {
      return adaptToMachine(draft, {
        config: await usedConfig(kata),
        defaults,
        language: 'go',
        version: (await look()).version,
        announce: undefined,
      });
    },
  };
}

const configPathRefusal = {
  what: '--kata-opt config_path',
  reason: 'the command of kata 1.x reads its default files alone',
};

async function usedConfig({ host, config: option }: KataCommand): Promise<KataConfig> {
  const search = { flavour: flavours[0]!, language: 'go', option } as const;
  const config = await findConfig({ ...host, env: {} }, search);
  if (config) return config;
  throw new PouchError('PCH_RUNTIME_UNUSABLE', 'kata 1.x has no configuration file', {
    hint: 'expected at /etc/kata-containers/configuration.toml or /usr/share/defaults/kata-containers/configuration.toml',
  });
}

async function probe(kata: KataCommand): Promise<RuntimeState> {
  const { host, command } = kata;
  const path = await findExecutable(host, command);
  if (path === undefined) return unusable('', '', `${command} of kata 1.x is not installed`);
  try {
    const version = parseCliVersion(await host.run(join(host.root, path), ['--version']));
    if (majorOf(version) === major && (await usedConfig(kata))) return { usable: true, path, version };
    return unusable(
      path,
      version,
      `it is a tool of kata ${version}, which runs containers by its shim alone: --runtime kata`,
    );
  } catch (error) {
    return unusable(path, '', messageOf(error));
  }
}

function unusable(path: string, version: string, problem: string): RuntimeState {
  return { usable: false, path, version, problem };
}
