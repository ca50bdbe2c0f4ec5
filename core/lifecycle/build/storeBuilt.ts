import { Readable } from 'node:stream';
import type { BuiltImage } from '../../../hooks/contributions/imageBuilder.ts';
import { hasCode } from '../../../hooks/errors.ts';
import type { Image } from '../../../hooks/image.ts';
import type { EngineContext } from '../shared/engineContext.ts';

/**
 * Stores an image that was built, unless the host has it, and names it. Layers of images of this host stay as they are.
 * @param bases - those that it was built of, for a builder whose archives have all layers
 */
export async function storeBuilt(
  engine: EngineContext,
  built: BuiltImage,
  names: string[],
  bases: readonly Image[] = [],
): Promise<void> {
  const known = await engine.images.find(built.id).catch((error: unknown) => {
    if (!hasCode(error, 'PCH_IMAGE_NOT_FOUND')) throw error;
  });
  if (known) {
    for (const name of names) await engine.images.tag(built.id, name);
    return;
  }
  const own = built.diffIds ? await imagesWith(engine, built.diffIds) : bases;
  await built.archive((archive) =>
    engine.images.loadBuilt(Readable.from(archive, { objectMode: false }), { names, bases: own }),
  );
}

async function imagesWith({ images }: EngineContext, diffIds: readonly string[]): Promise<Image[]> {
  const wanted = new Set(diffIds);
  return (await images.list()).filter(
    ({ config, damage }) =>
      damage === undefined && config.rootfs.diff_ids.some((diffId) => wanted.has(diffId)),
  );
}
