import { ifFound } from '../../containerd/rpc/gone.ts';
import type { ImagePruneFilter } from '../../../hooks/engine.ts';
import type { Image } from '../../../hooks/image.ts';
import { passes } from '../../state/labels.ts';
import { chainIds } from '../unpack/chainId.ts';
import { askTaps, removeImage } from './removeImage.ts';
import type { StoreContext } from './storeContext.ts';

/**
 * Removes the images that no container uses: those without a name, or `all`. Returns their ids and the reclaimed
 * bytes, of compressed and unpacked layers. An image that a tap of image.preRemove refuses stays.
 */
export async function pruneImages(
  store: StoreContext,
  { all: named = false, ...filter }: ImagePruneFilter = {},
): Promise<{ deleted: string[]; reclaimed: number }> {
  const matches = (image: Image) => (named || image.references.length === 0) && passes(filter, image);
  const all = [...(await store.index.read()).byId.values()];
  const unused = all.filter((image) => matches(image) && store.isInUse(image.id).length === 0);
  const leaving = await allowed(store, unused);
  const staying = all.filter((image) => !leaving.includes(image));
  const reclaimed = await exclusiveBytes(store, leaving, staying);
  const deleted: string[] = [];
  for (const { id } of leaving)
    deleted.push(...(await removeImage(store, id, { force: true, isAllowed: true })).deleted);
  return { deleted, reclaimed };
}

async function allowed(store: StoreContext, images: Image[]): Promise<Image[]> {
  const found: Image[] = [];
  for (const image of images) {
    const isAllowed = await askTaps(store, image).then(
      () => true,
      () => false,
    );
    if (isAllowed) found.push(image);
  }
  return found;
}

/** Returns the bytes of the layers that only the leaving images have. */
async function exclusiveBytes({ client }: StoreContext, leaving: Image[], staying: Image[]): Promise<number> {
  const keptBlobs = new Set(staying.flatMap(({ layers }) => layers.map(({ digest }) => digest)));
  const keptChains = new Set(staying.flatMap(({ config }) => chainIds(config.rootfs.diff_ids)));
  const blobs = new Map(
    leaving.flatMap(({ layers }) => layers.map(({ digest, size }) => [digest, size] as const)),
  );
  const chains = new Set(leaving.flatMap(({ config }) => chainIds(config.rootfs.diff_ids)));
  let bytes = 0;
  for (const [digest, size] of blobs) if (!keptBlobs.has(digest)) bytes += size;
  for (const chain of chains) {
    if (!keptChains.has(chain)) bytes += (await ifFound(client.snapshots.usage(chain)))?.size ?? 0;
  }
  return bytes;
}
