import type { Plugin } from '../../../hooks/definePlugin.ts';
import { FileSafety } from '../load/FileSafety.ts';
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
  { cgroupParent, secrets }: Pick<ProcessSurroundings, 'cgroupParent' | 'secrets'>,
): Promise<Plugin> {
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
          grants: { network: true },
          cgroupParent,
        };
        const named = { name: plugin, when: undefined };
        const tap = tapOfProcess(
          hookPoint(point, plugin),
          named,
          { options, secrets },
          new ScriptCalls(settings),
        );
        tappable(hooks, point).tap(tap);
      }
    },
  };
}
