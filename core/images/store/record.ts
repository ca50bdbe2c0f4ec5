import { hasCode } from '../../../hooks/errors.ts';
import { ifFound } from '../../containerd/rpc/gone.ts';
import type { Descriptor } from '../../../hooks/image.ts';
import { danglingPrefix } from './ImageIndex.ts';
import type { StoreContext } from './storeContext.ts';

/**
 * Sets the target of a name. The image that had the name before stays, even without another name: containers may use
 * it, and only prune removes it.
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
  // An image with a name does not need the dangling record.
  await ifFound(client.images.delete(`${danglingPrefix}${target.digest}`));
  index.invalidate();
}

/** Keeps an image without a name, like Docker's `<none>:<none>`. Does nothing if it has a name. */
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
    if (!hasCode(error, 'PCH_CONTAINERD_ALREADY_EXISTS')) throw error;
    await client.images.update(record, ['target']);
  }
}
