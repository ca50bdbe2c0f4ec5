import type { ContainerDraft } from '../../../hooks/draft.ts';
import { PouchError } from '../../../hooks/errors.ts';
import { field } from '../../../hooks/fields.ts';
import { invalidField } from '../../../hooks/invalidField.ts';
import type { ContainerRequest } from '../../../hooks/request.ts';
import type { RequestContext } from './context.ts';

const mebibyte = 1024 * 1024;

/** In less, ext4 has hardly a block for files. */
export const leastQuota = 16 * mebibyte;

/** Of ext4 with blocks of 4 KiB (kernel doc filesystems/ext4/overview). */
export const mostQuota = 16 * 1024 ** 4 - mebibyte;

/** @throws PCH_OPTION_INVALID, PCH_NOT_SUPPORTED where the host cannot limit it */
export async function applyDiskQuota(
  draft: ContainerDraft,
  { diskQuota }: ContainerRequest,
  context: RequestContext,
): Promise<void> {
  if (diskQuota === undefined) return;
  checkSize(diskQuota);
  const obstacle = await context.diskQuotaObstacle();
  if (obstacle !== undefined)
    throw new PouchError('PCH_NOT_SUPPORTED', `${field('diskQuota')} cannot be enforced here: ${obstacle}`, {
      field: 'diskQuota',
      hint: `fix that, or leave out ${field('diskQuota')}`,
    });
  draft.diskQuota = diskQuota;
}

/**
 * A new size of a container that exists.
 * @param before missing if its disk is not limited
 * @throws PCH_OPTION_INVALID, PCH_CONFLICT
 */
export function checkGrowth(container: string, before: number | undefined, after: number | undefined): void {
  if (after === before || after === undefined) return;
  if (before === undefined)
    throw new PouchError('PCH_CONFLICT', `the container was created without ${field('diskQuota')}`, {
      container,
      field: 'diskQuota',
      hint: `create it again with ${field('diskQuota')}`,
    });
  checkSize(after);
  if (after < before)
    throw invalidField(
      'diskQuota',
      `expected ${before} bytes or more, found ${after}: a disk cannot shrink`,
      'choose a larger size, or create the container again',
    );
}

function checkSize(bytes: number): void {
  if (bytes >= leastQuota && bytes <= mostQuota) return;
  throw invalidField('diskQuota', `expected 16 MiB to 16 TiB, found ${bytes} bytes`, 'choose another size');
}
