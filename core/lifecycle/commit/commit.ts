import type { CommitOptions, ContainerRecord } from '../../../hooks/engine.ts';
import { PouchError } from '../../../hooks/errors.ts';
import type { RootArgs } from '../../apply/effects/root.ts';
import { layerOf } from '../../apply/RootDisks.ts';
import { rootEffectKey, rootKeyOf } from '../../contract/rootKey.ts';
import { normalizeReference } from '../../images/index.ts';
import { changingRoots, newRootKey } from '../roots/changeRoot.ts';
import { frozen } from '../roots/frozen.ts';
import { checkSpace } from '../roots/layerSpace.ts';
import { settleCutOff } from '../roots/settleRoots.ts';
import { emitContainer, type EngineContext, underLock } from '../shared/engineContext.ts';
import { configOf, mergedConfig } from './configOf.ts';
import { ownFilesOf, pouchMountPoints } from './added.ts';

/**
 * Makes an image of what a container has written, and of its configuration. The layer is copied while the container is
 * frozen; the copy is a root file system that no record names, so that a daemon that is killed leaves nothing. Resolves
 * to the id of the image.
 */
export async function commit(
  engine: EngineContext,
  record: ContainerRecord,
  { reference, author = '', comment = '', pause = true, config = {} }: CommitOptions,
): Promise<string> {
  const { defaultRegistry } = engine.config.registries;
  const name = reference === undefined ? undefined : normalizeReference(reference, defaultRegistry);
  return await underLock(engine, record, 'commit', async () => {
    checkState(record);
    await settleCutOff(engine, record);
    const from = rootKeyOf(record);
    await checkSpace(engine, record, from);
    const base = await engine.images.find(record.draft.image.id);
    const own = configOf(record);
    const image = await withCopy(engine, record, { from, pause }, async (key) => {
      await tidy(engine, record, key);
      return await engine.images.commit({
        base,
        mounts: await engine.disks.mounts(key),
        config: mergedConfig(config, own),
        author,
        comment,
        createdBy: [...(own.Entrypoint ?? []), ...(own.Cmd ?? [])].join(' '),
        reference: name,
      });
    });
    emitContainer(engine, 'commit', record, { comment, imageID: image.id, imageRef: name ?? '' });
    return image.id;
  });
}

/** The copy goes afterwards, as the record does not name it. */
async function withCopy<T>(
  engine: EngineContext,
  record: ContainerRecord,
  { from, pause }: { from: string; pause: boolean },
  work: (key: string) => Promise<T>,
): Promise<T> {
  const args: RootArgs = { key: newRootKey(record), from };
  return await changingRoots(engine, record, 'snapshot', async (ledger) => {
    const effects = { [rootEffectKey(args.key)]: { kind: 'root', stage: 'create' as const, args } };
    const copy = () => ledger.apply(effects, engine.shutdown);
    if (pause) await frozen(engine, record, copy);
    else await copy();
    return await work(args.key);
  });
}

async function tidy(engine: EngineContext, record: ContainerRecord, key: string): Promise<void> {
  const { uidMappings, gidMappings, image } = record.draft;
  const files = engine.images.files(await engine.images.find(image.id));
  await engine.files.tidyLayer({
    layer: layerOf(await engine.disks.mounts(key)),
    mountPoints: await pouchMountPoints(record, files),
    own: await ownFilesOf(record, files),
    uidMappings,
    gidMappings,
  });
}

function checkState({ id, name, state }: ContainerRecord): void {
  const { status } = state;
  if (status !== 'removing' && status !== 'dead') return;
  throw new PouchError('PCH_CONFLICT', `You cannot commit container ${name} which is ${status}`, {
    container: id,
    hint: `pouch rm -f ${name}`,
  });
}
