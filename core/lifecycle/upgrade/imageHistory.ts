import type { ContainerRecord } from '../../../hooks/engine.ts';
import { imageOf } from '../snapshots/create.ts';

/** Images that a record lists. */
const most = 20;

/** Returns the images that a container has had, with that of its next life. */
export function withImage(
  record: ContainerRecord,
  next: ContainerRecord,
  since: string,
): NonNullable<ContainerRecord['images']> {
  const earlier = record.images ?? [{ ...imageOf(record), since: record.createdAt }];
  return [...earlier, { ...imageOf(next), since }].slice(-most);
}
