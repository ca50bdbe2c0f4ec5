import { PouchError } from '../../../hooks/errors.ts';
import type { Image } from '../../../hooks/image.ts';
import { ifFound } from '../../containerd/rpc/gone.ts';
import { findDamaged, findImage } from './findImage.ts';
import { type Snapshot, danglingPrefix } from './ImageIndex.ts';
import { repositoryOf } from '../content/reference.ts';
import { type StoreContext, emitImage } from './storeContext.ts';

export interface Removed {
  untagged: string[];
  deleted: string[];
}

export interface RemoveImageOptions {
  force?: boolean;
  /** The taps of image.preRemove have allowed it. */
  isAllowed?: boolean;
}

/**
 * Removes a reference, or the image with its last reference or by its id, as Docker does. Without `force` an image that
 * containers use is not removed, nor by id one with names in several repositories. Containers continue to work:
 * containerd keeps the layers of their snapshots.
 * @throws PCH_IMAGE_NOT_FOUND, PCH_IMAGE_IN_USE
 */
export async function removeImage(
  store: StoreContext,
  ref: string,
  { force = false, isAllowed = false }: RemoveImageOptions = {},
): Promise<Removed> {
  const snapshot = await store.index.read();
  const damaged = findDamaged(snapshot, ref, store.config.defaultRegistry);
  if (damaged) return removeDamaged(store, snapshot, { ref, force, ...damaged });
  const { entry, image } = findImage(snapshot, ref, undefined, store.config.defaultRegistry);
  const names = namesOf(snapshot, image);
  if (entry && names.some((name) => name !== entry.name)) return removeName(store, entry.name, image);
  if (!force) {
    if (!entry) refuseIfShared(image);
    refuseIfInUse(store, ref, image);
  }
  if (!isAllowed) await askTaps(store, image);
  const removed = await untag(store, names, image.id);
  const deleted = [...new Set(idsBelow(snapshot, names))].filter((id) => id !== image.id);
  for (const id of [image.id, ...deleted]) emitImage(store, 'delete', id);
  return { ...removed, deleted: [image.id, ...deleted] };
}

/** Removes an unreadable image by the same rules. Its content is removed with its last record. */
async function removeDamaged(
  store: StoreContext,
  { byName }: Snapshot,
  { ref, force, name, image }: { ref: string; force: boolean; name?: string; image: Image },
): Promise<Removed> {
  const names = [...byName.values()]
    .filter(({ damage }) => damage?.id === image.id)
    .map((entry) => entry.name);
  if (name !== undefined && names.length > 1) return removeName(store, name, image);
  if (!force) {
    if (name === undefined) refuseIfShared(image);
    refuseIfInUse(store, ref, image);
  }
  await askTaps(store, image);
  const removed = await untag(store, names, image.id);
  emitImage(store, 'delete', image.id);
  return { ...removed, deleted: [image.id] };
}

async function removeName(store: StoreContext, name: string, image: Image): Promise<Removed> {
  await store.hooks.preRemove({ references: [name], deletes: false, image });
  return untag(store, [name], image.id);
}

/** @throws the error of a tap that refuses the removal of the image */
export async function askTaps({ hooks }: StoreContext, image: Image): Promise<void> {
  await hooks.preRemove({ references: image.references, deletes: true, image });
}

/** Returns the names of all records of the image. */
function namesOf({ byName }: Snapshot, image: Image): string[] {
  const entries = [...byName.values()].filter(({ variants }) => variants.some(({ id }) => id === image.id));
  return entries.map(({ name }) => name);
}

/** Returns the ids of all variants of the records, which are removed together. */
function idsBelow({ byName }: Snapshot, names: string[]): string[] {
  return names.flatMap((name) => byName.get(name)?.variants.map(({ id }) => id) ?? []);
}

async function untag(store: StoreContext, names: string[], id: string): Promise<Removed> {
  for (const [i, name] of names.entries()) {
    // The last deletion waits for the garbage collection, so that the space is free afterwards.
    await ifFound(store.client.images.delete(name, { sync: i === names.length - 1, deadlineMs: 300_000 }));
  }
  store.index.invalidate();
  const untagged = names.filter((name) => !name.startsWith(danglingPrefix));
  for (const name of untagged) emitImage(store, 'untag', id, name);
  return { untagged, deleted: [] };
}

function refuseIfShared({ id, references }: Image): void {
  const repositories = new Set(references.map(repositoryOf));
  if (repositories.size < 2) return;
  throw new PouchError(
    'PCH_IMAGE_IN_USE',
    `image ${id} has names in ${repositories.size} repositories: ${references.join(', ')}`,
    {
      hint: 'remove the names one by one, or force the removal',
    },
  );
}

function refuseIfInUse(store: StoreContext, ref: string, { id }: Image): void {
  const containers = store.isInUse(id);
  if (containers.length === 0) return;
  throw new PouchError(
    'PCH_IMAGE_IN_USE',
    `image ${ref} is in use by the containers ${containers.slice(0, 5).join(', ')}`,
    {
      hint: `remove the containers first (pouch rm ${containers[0] ?? ''}), or force the removal`,
    },
  );
}
