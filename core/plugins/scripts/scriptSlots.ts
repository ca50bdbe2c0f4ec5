import { statSync } from 'node:fs';
import { PouchError, toPouchError } from '../../../hooks/errors.ts';
import { PluginSlot } from '../load/PluginSlot.ts';
import { hookNames } from '../load/tappableHooks.ts';
import type { ServingVersions } from '../load/wanted.ts';
import { findScripts, type Script } from './findScripts.ts';

/** One slot for each script below a directory, in the order of their names, after all other plugins. */
export function scriptSlots(directory: string | undefined, serving: ServingVersions): PluginSlot[] {
  if (directory === undefined) return [];
  try {
    return findScripts(directory).map((script) => slotOf(script, serving));
  } catch (error) {
    const slot = new PluginSlot({ ...wanted('scripts'), source: directory });
    slot.fail(toPouchError(error));
    return [slot];
  }
}

function slotOf(script: Script, serving: ServingVersions): PluginSlot {
  const { plugin, files } = script;
  const source = files.map(({ path }) => path).join(', ');
  const slot = new PluginSlot({ ...wanted(plugin), source, script }, serving.get(plugin));
  const lost = files.find(({ point }) => !hookNames.includes(point));
  if (lost) slot.fail(unknownPoint(lost.point, lost.path, plugin));
  return slot;
}

function wanted(name: string) {
  return { name, isolation: 'process', enabled: true, options: {} } as const;
}

function unknownPoint(point: string, path: string, plugin: string): PouchError {
  return new PouchError('PCH_HOOK_UNKNOWN', `${path}: expected a directory named POINT.d, found ${point}.d`, {
    hint: `hook points are ${hookNames.join(', ')}`,
    plugin,
  });
}

/** Differs when a file has changed. */
export function versionOf({ files }: Script): string {
  return JSON.stringify(files.map(({ path }) => [path, statSync(path).mtimeMs, statSync(path).size]));
}
