import type { Container } from 'inversify';
import type { Plugin } from '../../../hooks/definePlugin.ts';
import { messageOf, PouchError } from '../../../hooks/errors.ts';
import type { Undoer } from '../generation.ts';
import { checkManifest } from '../load/manifest.ts';
import { importPluginText } from '../load/pluginFile.ts';
import { PluginVersion } from '../load/PluginVersion.ts';
import { PluginSlot } from '../load/PluginSlot.ts';
import type { Candidate } from '../load/requirements.ts';
import { setUp } from '../load/setUp.ts';
import { silent } from '../run/silentLog.ts';
import { describePlugin, type ProcessSurroundings } from '../process/describePlugin.ts';

interface Surroundings {
  /** Its file in ROOT/plugins. */
  readonly keptIn: string;
  readonly builtIns: readonly Plugin[];
  readonly container: Container;
  readonly processes: ProcessSurroundings;
  /** The plugins whose services it can inject. */
  readonly candidates: readonly Candidate[];
}

/**
 * Loads a plugin for the undo of its effects: its taps, runtimes and surfaces are not used.
 * @throws PCH_PLUGIN_LOAD
 */
export async function loadKept(plugin: Undoer, surroundings: Surroundings): Promise<PluginVersion> {
  const { name, source, options, process } = plugin;
  const { container, processes, candidates } = surroundings;
  const builtIn = isBuiltIn(plugin) ? surroundings.builtIns.find((one) => one.name === name) : undefined;
  const isolation = process ? 'process' : 'in-process';
  const slot = new PluginSlot({ ...process, name, source, builtIn, isolation, enabled: true, options });
  try {
    slot.version = await versionOf(plugin, surroundings);
    const { timeoutMs } = processes;
    await setUp(slot, { container, timeoutMs, candidates, locate: () => undefined });
    return slot.version;
  } catch (error) {
    await slot.version?.disposeIfUnused(silent, processes.timeoutMs);
    const message = `the last version of plugin ${name} cannot be loaded: ${messageOf(error)}`;
    throw new PouchError('PCH_PLUGIN_LOAD', message, {
      plugin: name,
      cause: error,
      hint: 'add the plugin to `plugins` in pouchd.yaml again and reload pouchd, then repeat the call',
    });
  }
}

function isBuiltIn({ code, process }: Undoer): boolean {
  return code === undefined && !process;
}

async function versionOf(
  plugin: Undoer,
  { builtIns, processes, keptIn }: Surroundings,
): Promise<PluginVersion> {
  const { name, source: path, code, process } = plugin;
  if (process) {
    const described = await describePlugin({ path, ...process }, processes, code);
    return new PluginVersion(described.plugin, 0, { code, end: described.end });
  }
  const value =
    code === undefined
      ? builtIns.find((one) => one.name === name)
      : await importPluginText({ code, path, keptIn }, processes.timeoutMs);
  return new PluginVersion(checkManifest(value, path), 0, { code });
}
