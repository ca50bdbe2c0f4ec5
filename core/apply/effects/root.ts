/** A root file system beside that of the container: of one of its snapshots, or for its next life. */
import { join } from 'node:path';
import type { ContainerRecord } from '../../../hooks/engine.ts';
import type { EffectKind } from '../../../hooks/effectKind.ts';
import { hasCode } from '../../../hooks/errors.ts';
import { type ContainerdClient, ifFound, rootLabel } from '../../containerd/index.ts';
import { ownerOfRoot } from '../../contract/rootKey.ts';
import { contentDeadlineMs, type FileWorkers } from '../../files/index.ts';
import { layerOf, type RootDisks } from '../RootDisks.ts';

export interface RootArgs extends Record<string, unknown> {
  key: string;
  /** Chain id of its image; missing: that of `from`. */
  parent?: string;
  /** Key of another root file system of the container, of which it gets all that was written, or the paths. */
  from?: string;
  paths?: readonly string[];
  /** Bytes that it can hold; missing: what the file system below has. */
  quota?: number;
}

export interface RootEffectDeps {
  client: ContainerdClient;
  disks: RootDisks;
  files: FileWorkers;
  stateDirectory: string;
  recordOf(id: string): ContainerRecord;
}

/** The result is the paths that were found, if it has `paths`. */
export function rootEffect(deps: RootEffectDeps): EffectKind<RootArgs, string[]> {
  const { client, disks, files, stateDirectory } = deps;
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
      await prepare(deps, key, args.parent ?? (await parentOf(client, from ?? container)));
      if (args.quota !== undefined) await disks.make(key, args.quota);
      if (from === undefined) return [];
      const [to, source] = [await disks.mounts(key), await disks.mounts(from)];
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
      await disks.remove(key);
      await ifFound(client.snapshots.remove(key));
    },
  };
}

/** What a call that was cut off has left under the key goes. */
async function prepare({ client, disks }: RootEffectDeps, key: string, parent: string): Promise<void> {
  const attempt = () => client.snapshots.prepare(key, parent, rootLabel(new Date()));
  await attempt().catch(async (error: unknown) => {
    if (!hasCode(error, 'PCH_CONTAINERD_ALREADY_EXISTS')) throw error;
    await disks.remove(key);
    await client.snapshots.remove(key);
    await attempt();
  });
}

async function parentOf(client: ContainerdClient, key: string): Promise<string> {
  return (await client.snapshots.stat(key)).parent;
}

/** Where its files are mounted while some are copied. */
export function mountPointsOf(stateDirectory: string, key: string): { from: string; to: string } {
  const at = (name: string) => join(stateDirectory, 'copy-up', `${ownerOfRoot(key) ?? key}.${name}`);
  return { from: at('kept-from'), to: at('kept-to') };
}
