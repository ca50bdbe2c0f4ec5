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

interface Surroundings {
  /** Its file in ROOT/plugins. */
  readonly keptIn: string;
  readonly builtIns: readonly Plugin[];
  readonly container: Container;
  readonly timeoutMs: number;
  /** The plugins whose services it can inject. */
  readonly candidates: readonly Candidate[];
}

/**
 * Loads a plugin for the undo of its effects: its taps, runtimes and surfaces are not used.
 * @throws PCH_PLUGIN_LOAD
 */
export async function loadKept(plugin: Undoer, surroundings: Surroundings): Promise<PluginVersion> {
  const { name, source, code, options } = plugin;
  const { builtIns, timeoutMs, container, keptIn, candidates } = surroundings;
  const builtIn = code === undefined ? builtIns.find((one) => one.name === name) : undefined;
  const slot = new PluginSlot({ name, source, builtIn, enabled: true, options });
  try {
    const value =
      code === undefined ? builtIn : await importPluginText({ code, path: source, keptIn }, timeoutMs);
    slot.version = new PluginVersion(checkManifest(value, source), 0, code);
    await setUp(slot, { container, timeoutMs, candidates, locate: () => undefined });
    return slot.version;
  } catch (error) {
    const message = `the last version of plugin ${name} cannot be loaded: ${messageOf(error)}`;
    throw new PouchError('PCH_PLUGIN_LOAD', message, {
      plugin: name,
      cause: error,
      hint: 'add the plugin to `plugins` in pouchd.yaml again and reload pouchd, then repeat the call',
    });
  }
}
