import type { Plugin } from '../../../hooks/definePlugin.ts';
import { FileSafety } from '../../../hooks/FileSafety.ts';
import { hookPoint, tappable } from '../load/tappableHooks.ts';
import { type ProcessSurroundings, requireExecutable } from '../process/describePlugin.ts';
import { unprivilegedUser } from '../process/launch.ts';
import { tapOfProcess } from '../process/tapOfProcess.ts';
import type { Script } from './findScripts.ts';
import { ScriptCalls } from './ScriptCalls.ts';

/**
 * A plugin whose taps run executables, once per call.
 * @throws PCH_PLUGIN_UNSAFE, PCH_PLUGIN_LOAD
 */
export async function scriptPlugin(
  { plugin, files }: Script,
  {
    cgroupParent,
    secrets,
    confinement,
  }: Pick<ProcessSurroundings, 'cgroupParent' | 'secrets' | 'confinement'>,
): Promise<Plugin> {
  if (!confinement || confinement === 'none') throw new Error('no program confines scripts here');
  for (const { path } of files) await requireExecutable(new FileSafety(path).check(path));
  return {
    name: plugin,
    doc: 'An executable of the directory of scripts.',
    hooks: [...new Set(files.map(({ point }) => point))],
    setup({ hooks, options }) {
      for (const { point, path } of files) {
        const settings = {
          path,
          env: { POUCH_HOOK: point },
          user: unprivilegedUser,
          limits: {},
          // No entry could grant it anything.
          grants: { network: true },
          seesHost: true,
          cgroupParent,
          confinement,
        };
        const tap = tapOfProcess(
          hookPoint(point, plugin),
          plugin,
          { options, secrets },
          new ScriptCalls(settings),
        );
        tappable(hooks, point).tap(tap);
      }
    },
  };
}
