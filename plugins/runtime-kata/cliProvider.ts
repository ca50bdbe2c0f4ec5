/** kata 1.x by its command `kata-runtime`, whose command line is runc's: containerd's shim for runc runs it. */
import { join } from 'node:path';
import {
  field,
  kept,
  messageOf,
  PouchError,
  type RuntimeFinding,
  type RuntimeProvider,
  type RuntimeState,
} from '../../hooks/index.ts';
import { adaptToMachine } from './adaptSpec.ts';
import { checkSettings } from './annotations/check.ts';
import { withDefaults } from './annotations/settings.ts';
import { vmMemory } from './annotations/sizing.ts';
import { kataCapabilities } from './capabilities.ts';
import { unknownCapabilities } from './capabilitySet.ts';
import { settingField } from './annotations/names.ts';
import { configPathAnnotation } from './config/find.ts';
import { type KataConfig, loadConfig } from './config/load.ts';
import { fileFindings } from './findings/files.ts';
import { bad, good } from './findings/finding.ts';
import { kvmFinding } from './findings/kvm.ts';
import type { FindingName } from './findings/names.ts';
import { vsockFinding } from './findings/vsock.ts';
import type { Host } from './host.ts';
import type { FlavourOptions } from './options.ts';
import { firstObstacle } from './obstacle.ts';
import { refusalsOf } from './refusals/index.ts';
import { findExecutable } from './shim/find.ts';
import { majorOf, parseCliVersion } from './shim/version.ts';

export interface KataCommand {
  /** Name or absolute path. */
  command: string;
  defaults: FlavourOptions['defaults'];
  /** Findings that do not make the runtime unusable. */
  ignore: readonly FindingName[];
  /** The daemon's state directory. */
  state: string;
  host: Host;
}

interface Probed {
  state: RuntimeState;
  config?: KataConfig;
}

const name = 'kata-runtime';
const major = 1;
const keepMs = 1_000;
/** Default configuration files of Debian's and other distributions' builds of 1.x; the command prints its own. */
const usualConfigs = [
  '/etc/kata-containers/configuration.toml',
  '/usr/share/defaults/kata-containers/configuration.toml',
];

export function kataCommandProvider(kata: KataCommand): RuntimeProvider {
  const { defaults, state } = kata;
  const look = kept(() => probe(kata), { for: keepMs });
  const configOf = async (): Promise<KataConfig> => {
    const { config, state: found } = await look();
    if (config) return config;
    throw notUsable(found);
  };
  return {
    name,
    doc: 'Kata Containers 1.x by its command line',
    isolation: 'vm',
    containerdType: 'io.containerd.runc.v2',
    capabilities: kataCapabilities({
      sharedMachine: `only kata’s shim supports shared VMs: use ${field('runtime')} kata`,
    }),
    probe: async (options) => (await look(options)).state,
    async options() {
      const { state: found } = await look();
      if (!found.usable) throw notUsable(found);
      return { binaryName: found.path, root: join(state, name) };
    },
    async refusals(draft) {
      const annotations = withDefaults(draft, defaults);
      if (annotations[configPathAnnotation]) return [configPathRefusal];
      const config = await configOf();
      checkSettings(annotations, config, { major, vmOf: draft.vmOf });
      return await refusalsOf(draft, config, { annotations, major, files: kata.host.files });
    },
    unknownCapabilities: () => Promise.resolve(unknownCapabilities(major)),
    machineMemory: async (draft) => vmMemory(withDefaults(draft, defaults), await configOf()),
    async adaptSpec(draft) {
      return adaptToMachine(draft, {
        config: await configOf(),
        defaults,
        language: 'go',
        version: (await look()).state.version,
        announce: undefined,
      });
    },
  };
}

const configPathRefusal = {
  what: settingField(configPathAnnotation),
  reason: 'the command of kata 1.x reads only its default files',
};

function notUsable({ problem }: RuntimeState): PouchError {
  return new PouchError('PCH_RUNTIME_UNUSABLE', `the runtime ${name} is not usable: ${problem ?? ''}`, {
    field: 'runtime',
    hint: `use ${field('runtime')} kata`,
  });
}

async function probe(kata: KataCommand): Promise<Probed> {
  const { host, command } = kata;
  const path = await findExecutable(host, command);
  if (path === undefined) return unusable('', '', `${command} of kata 1.x is not installed`);
  try {
    const version = parseCliVersion(await host.run(join(host.root, path), ['--version']));
    if (majorOf(version) === major) return await probeHost(kata, path, version);
    return unusable(
      path,
      version,
      `it belongs to kata ${version}, which runs containers only by its shim: use ${field('runtime')} kata`,
    );
  } catch (error) {
    return unusable(path, '', messageOf(error));
  }
}

async function probeHost(kata: KataCommand, path: string, version: string): Promise<Probed> {
  const { host, ignore } = kata;
  const { finding, config } = await ownConfig(host, path);
  const findings = [
    finding,
    ...(config ? await fileFindings(host, config) : []),
    await kvmFinding(host),
    ...(config ? [await vsockFinding(host, config, major)] : []),
  ];
  const problem = firstObstacle(findings, ignore);
  const usable = problem === undefined && config !== undefined;
  return {
    state: { usable, path, version, ...(problem !== undefined && { problem }), findings },
    ...(config && { config }),
  };
}

/** The command reads the first of its default files; containerd's shim for runc cannot pass another. */
async function ownConfig(
  host: Host,
  command: string,
): Promise<{ finding: RuntimeFinding; config?: KataConfig }> {
  const places = await defaultConfigs(host, command);
  try {
    for (const place of places) {
      const config = await loadConfig(host, place);
      if (config)
        return {
          finding: good('configuration', `${config.path}, hypervisor ${config.hypervisorName}`),
          config,
        };
    }
  } catch (error) {
    return { finding: bad('configuration', messageOf(error), 'fix the file') };
  }
  const fix = `copy a configuration file of kata 1.x to ${places[0]}; the command reads no other file`;
  return { finding: bad('configuration', `not found at ${places.join(', ')}`, fix) };
}

async function defaultConfigs(host: Host, command: string): Promise<string[]> {
  const text = await host.run(join(host.root, command), ['--kata-show-default-config-paths']).catch(() => '');
  const named = text.split('\n').filter((line) => line.startsWith('/'));
  return named.length > 0 ? named : usualConfigs;
}

function unusable(path: string, version: string, problem: string): Probed {
  return { state: { usable: false, path, version, problem } };
}
