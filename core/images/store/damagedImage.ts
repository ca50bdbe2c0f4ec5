import { PouchError } from '../../../hooks/errors.ts';
import type { Image } from '../../../hooks/image.ts';
import { type Damage, type Entry, type Snapshot, danglingPrefix, preferred } from './ImageIndex.ts';

/** Returns the images that cannot be used because of damage. */
export function damagedImages({ byName }: Snapshot): Image[] {
  const found = new Map<string, Image>();
  for (const entry of byName.values()) {
    if (!isDamaged(entry)) continue;
    const image = found.get(entry.damage.id) ?? unreadable(entry, entry.damage);
    if (!entry.name.startsWith(danglingPrefix)) image.references.push(entry.name);
    found.set(image.id, image);
  }
  return [...found.values()];
}

/** Whether the image has damage and no usable variant for the host. */
export function isDamaged(entry: Entry): entry is Entry & { damage: Damage } {
  return entry.damage !== undefined && !preferred(entry);
}

export function damageError(ref: string, problem: string): PouchError {
  return new PouchError('PCH_IMAGE_DAMAGED', `image ${ref} is damaged: ${problem}`, {
    hint: `pull or load it again (pouch pull ${ref}), or remove it (pouch rmi ${ref}); docs/guides/damage.md`,
  });
}

function unreadable({ target, createdAt }: Entry, { id, problem }: Damage): Image {
  return {
    id,
    references: [],
    target,
    manifest: target,
    config: { architecture: '', os: '', rootfs: { type: 'layers', diff_ids: [] } },
    layers: [],
    size: 0,
    chainId: '',
    createdAt: createdAt?.toISOString() ?? '',
    labels: {},
    damage: problem,
  };
}
