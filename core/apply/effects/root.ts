/** A root file system beside that of the container: of one of its snapshots, or for its next life. */
import { join } from 'node:path';
import type { ContainerRecord } from '../../../hooks/engine.ts';
import type { EffectKind } from '../../../hooks/effectKind.ts';
import { hasCode } from '../../../hooks/errors.ts';
import { layerDirectories } from '../../containerd/api/layerDirectories.ts';
import { type ContainerdClient, ifFound, type Mount, rootLabel } from '../../containerd/index.ts';
import { ownerOfRoot } from '../../contract/rootKey.ts';
import { contentDeadlineMs, type FileWorkers } from '../../files/index.ts';
import { cannotCopy } from '../rootErrors.ts';

export interface RootArgs extends Record<string, unknown> {
  key: string;
  /** Chain id of its image; missing: that of `from`. */
  parent?: string;
  /** Key of another root file system of the container, of which it gets all that was written, or the paths. */
  from?: string;
  paths?: readonly string[];
}

export interface RootEffectDeps {
  client: ContainerdClient;
  files: FileWorkers;
  stateDirectory: string;
  recordOf(id: string): ContainerRecord;
}

/** The result is the paths that were found, if it has `paths`. */
export function rootEffect(deps: RootEffectDeps): EffectKind<RootArgs, string[]> {
  const { client, files, stateDirectory } = deps;
  return {
    kind: 'root',
    // Longer than that of a copy, whose error says more.
    deadlineMs: contentDeadlineMs + 1000,
    describe: ({ from, paths }) =>
      from === undefined || paths
        ? 'keep another root file system'
        : 'copy what was written to the root file system',
    async apply(args, { container, signal }) {
      const { key, from } = args;
      const to = await prepared(client, key, args.parent ?? (await parentOf(client, from ?? container)));
      if (from === undefined) return [];
      const source = await client.snapshots.mounts(from);
      const layers = { from: layerOf(source), to: layerOf(to) };
      if (!args.paths) {
        await files.copyLayer(layers, signal);
        return [];
      }
      const { uidMappings, gidMappings } = deps.recordOf(container).draft;
      const mountPoints = mountPointsOf(stateDirectory, key);
      const [first, second] = [source[0]!, to[0]!];
      return await files.keepPaths(
        {
          from: first,
          to: second,
          mountPoints,
          layer: layers.to,
          paths: args.paths,
          uidMappings,
          gidMappings,
        },
        signal,
      );
    },
    async undo({ key, paths }) {
      if (paths) await files.clearKeep({ mountPoints: mountPointsOf(stateDirectory, key) });
      await ifFound(client.snapshots.remove(key));
    },
  };
}

/** What a call that was cut off has left under the key goes. */
async function prepared(client: ContainerdClient, key: string, parent: string): Promise<Mount[]> {
  const prepare = () => client.snapshots.prepare(key, parent, rootLabel(new Date()));
  return await prepare().catch(async (error: unknown) => {
    if (!hasCode(error, 'PCH_CONTAINERD_ALREADY_EXISTS')) throw error;
    await client.snapshots.remove(key);
    return await prepare();
  });
}

async function parentOf(client: ContainerdClient, key: string): Promise<string> {
  return (await client.snapshots.stat(key)).parent;
}

/** Directory of what a container has written. @throws PCH_NOT_SUPPORTED */
export function layerOf(mounts: readonly Mount[]): string {
  const [layer] = layerDirectories(mounts) ?? [];
  if (layer === undefined) throw cannotCopy(mounts[0]?.type ?? 'nothing');
  return layer;
}

/** Where its files are mounted while some are copied. */
export function mountPointsOf(stateDirectory: string, key: string): { from: string; to: string } {
  const at = (name: string) => join(stateDirectory, 'copy-up', `${ownerOfRoot(key) ?? key}.${name}`);
  return { from: at('kept-from'), to: at('kept-to') };
}
