import { ifFound, isContainerdError } from '../../containerd/rpc/isError.ts';
import type { Descriptor } from '../../../hooks/image.ts';
import { danglingPrefix } from './ImageIndex.ts';
import type { StoreContext } from './storeContext.ts';

/**
 * Points a name at a target. The image that had the name before stays without one, if it has no
 * other: containers may be made from it, and only prune shall remove it.
 */
export async function nameImage(store: StoreContext, name: string, target: Descriptor): Promise<void> {
  const { client, index } = store;
  const { byName } = await index.read();
  const before = byName.get(name)?.target;
  const isNew = before?.digest !== target.digest;
  if (before && isNew && !hasOtherName([...byName.values()], name, before.digest)) {
    await setRecord(store, `${danglingPrefix}${before.digest}`, before);
  }
  await setRecord(store, name, target);
  // An image that has a name again needs no record of its own.
  await ifFound(client.images.delete(`${danglingPrefix}${target.digest}`));
  index.invalidate();
}

/** Keeps an image that has no name, as Docker's `<none>:<none>`; nothing to do if it has one. */
export async function keepUnnamed(store: StoreContext, target: Descriptor): Promise<void> {
  const { byName } = await store.index.read();
  if (hasOtherName([...byName.values()], '', target.digest)) return;
  await setRecord(store, `${danglingPrefix}${target.digest}`, target);
  store.index.invalidate();
}

function hasOtherName(
  entries: { name: string; target: Descriptor }[],
  name: string,
  digest: string,
): boolean {
  return entries.some((entry) => entry.name !== name && entry.target.digest === digest);
}

async function setRecord({ client }: StoreContext, name: string, target: Descriptor): Promise<void> {
  const { mediaType, digest, size } = target;
  const record = { name, target: { mediaType, digest, size } };
  try {
    await client.images.create(record);
  } catch (error) {
    if (!isContainerdError(error, 'PCH_CONTAINERD_ALREADY_EXISTS')) throw error;
    await client.images.update(record, ['target']);
  }
}
