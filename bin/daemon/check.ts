import { resolve } from 'node:path';
import {
  checkConfig,
  type CheckResult,
  type LoadedConfig,
  loadConfig,
  type LoadOptions,
} from '../../config/index.ts';
import { confinementIn, locateIn, sectionsOf } from '../../core/pluginConfig.ts';
import {
  checkConfiguredNetworks,
  type ConfiguredNetworks,
} from '../../core/networks/checkConfiguredNetworks.ts';
import { checkPlugin, checkPlugins, InstalledPlugins } from '../../core/plugins/index.ts';
import { Secrets } from '../../core/secrets/Secrets.ts';
import { StderrLog } from '../../core/StderrLog.ts';
import { jsonPointer } from '../../hooks/jsonPointer.ts';
import { builtIns } from '../../plugins/builtIns.ts';

/** argv that starts a trial of plugin files, and the host of one. */
interface PluginCommands {
  readonly trialCommand: readonly string[];
  readonly hostCommand: readonly string[];
  /** Path of the program that confines plugins. */
  readonly confineProgram: string;
}

/** Output and exit code of `--check-config`: of the configuration and, if it is valid, of its plugins. */
export async function check(source: LoadOptions, commands: PluginCommands): Promise<CheckResult> {
  const result = checkConfig(source);
  if (result.exitCode !== 0) return result;
  const loaded = loadConfig({ ...source, applied: null });
  const options = await readOptions(loaded, commands);
  const plugins = await checkPlugins(options);
  // A plugin that cannot be loaded may have the driver.
  const networks = plugins.length === 0 ? await checkConfiguredNetworks(loaded, options) : nothing;
  const lines = [...plugins.map(line), ...networkLines(networks, options.locate)];
  const secrets = new Secrets(() => loaded.config.secrets.names);
  secrets.noteTexts(loaded.references.flatMap(({ secrets: texts }) => texts));
  const problems = lines.map((text) => secrets.text(text));
  if (problems.length === 0) return { ...result, output: result.output + notes(networks) };
  const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`;
  return { exitCode: 1, output: `${problems.join('\n')}\n\n${count}\n` };
}

const nothing: ConfiguredNetworks = { problems: [], unchecked: [] };

function networkLines(
  { problems }: ConfiguredNetworks,
  locate: (pointer: string) => string | undefined,
): string[] {
  return problems.map(({ network, error: { code, message, hint } }) => {
    const at = locate(jsonPointer('network', 'networks', network));
    return `${at === undefined ? '' : `${at}: `}${message}${hint === undefined ? '' : ` (${hint})`} (${code})`;
  });
}

function notes({ unchecked }: ConfiguredNetworks): string {
  return unchecked
    .map(
      ({ network, plugins }) =>
        `network ${network} is not checked: its driver may be one of ${plugins.join(', ')}, which a check does not set up\n`,
    )
    .join('');
}

interface Problem {
  readonly plugin: string;
  readonly origin?: string | undefined;
  readonly error: { readonly code: string; readonly message: string; readonly hint?: string | undefined };
}

/** Output and exit code of `--check-plugin`. The configuration may be missing. */
export async function checkOne(
  path: string,
  source: LoadOptions,
  commands: PluginCommands,
  format: string | undefined,
): Promise<CheckResult> {
  const found = await checkPlugin(resolve(path), await readOptions(loadConfig(source), commands));
  const exitCode = found.problem ? 1 : 0;
  if (format === 'json') return { exitCode, output: `${JSON.stringify(found)}\n` };
  const { name, problem } = found;
  const output = problem ? line({ plugin: name, error: problem }) : `plugin ${name} is valid`;
  return { exitCode, output: `${output}\n` };
}

async function readOptions(loaded: LoadedConfig, { confineProgram, ...commands }: PluginCommands) {
  const { root, log, plugins, pluginTimeout: timeoutMs, cgroupParent, hooksDir } = loaded.config;
  const installed = new InstalledPlugins(root, new StderrLog(log));
  await installed.read({ keep: true });
  const entries = installed.applyTo(plugins);
  const refused = await installed.tampered();
  const locate = locateIn(loaded);
  const confinement = confinementIn(loaded, confineProgram);
  const sections = sectionsOf(loaded);
  return {
    builtIns,
    entries,
    sections,
    refused,
    ...commands,
    confinement,
    timeoutMs,
    cgroupParent,
    hooksDir,
    locate,
  };
}

function line({ plugin, origin, error: { code, message, hint } }: Problem): string {
  const at = origin === undefined ? '' : `${origin}: `;
  return `${at}plugin ${plugin}: ${message}${hint === undefined ? '' : ` (${hint})`} (${code})`;
}
