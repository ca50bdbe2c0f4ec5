/** The rows of `system df`, with Docker's fields and arithmetic. */
import type { DiskUsageResponse } from '../../client/index.ts';
import { humanSize } from '../output/units.ts';

interface Part {
  type: string;
  total: number;
  active: number;
  /** Bytes. */
  size: number;
  /** Bytes. */
  reclaimable: number;
}

export function usageRows(usage: DiskUsageResponse) {
  const parts = [images(usage), containers(usage), volumes(usage), buildCache(usage)];
  return parts.map(({ type, total, active, size, reclaimable }) => ({
    Type: type,
    TotalCount: String(total),
    Active: String(active),
    Size: humanSize(size, 4),
    Reclaimable:
      size > 0 && type !== 'Build Cache'
        ? `${humanSize(reclaimable, 4)} (${Math.floor((reclaimable * 100) / size)}%)`
        : humanSize(reclaimable, 4),
  }));
}

/** Layers of images that a container uses are in use, unless another image has them too: those count once. */
function images({ Images, LayersSize }: DiskUsageResponse): Part {
  const all = Images ?? [];
  const active = all.filter(({ Containers = 0 }) => Containers > 0);
  const used = sumOf(active, ({ Size, SharedSize = 0 }) => (SharedSize < 0 ? 0 : Size - SharedSize));
  return {
    type: 'Images',
    total: all.length,
    active: active.length,
    size: LayersSize,
    reclaimable: Math.max(0, LayersSize - used),
  };
}

function containers({ Containers }: DiskUsageResponse): Part {
  const all = Containers ?? [];
  const isActive = (state: string) => ['running', 'paused', 'restarting'].includes(state);
  const sizeOf = ({ SizeRw = 0 }) => SizeRw;
  return {
    type: 'Containers',
    total: all.length,
    active: all.filter(({ State }) => isActive(State)).length,
    size: sumOf(all, sizeOf),
    reclaimable: sumOf(
      all.filter(({ State }) => !isActive(State)),
      sizeOf,
    ),
  };
}

/** A size of -1 is not known. */
function volumes({ Volumes }: DiskUsageResponse): Part {
  const all = (Volumes ?? []).map(({ UsageData }) => UsageData ?? { Size: -1, RefCount: -1 });
  const sizeOf = ({ Size }: { Size: number }) => Math.max(0, Size);
  return {
    type: 'Local Volumes',
    total: all.length,
    active: all.filter(({ RefCount }) => RefCount > 0).length,
    size: sumOf(all, sizeOf),
    reclaimable: sumOf(
      all.filter(({ RefCount }) => RefCount === 0),
      sizeOf,
    ),
  };
}

function buildCache({ BuildCache }: DiskUsageResponse): Part {
  const all = BuildCache ?? [];
  return {
    type: 'Build Cache',
    total: all.length,
    active: all.filter(({ InUse }) => InUse).length,
    size: sumOf(all, ({ Size }) => Size),
    reclaimable: sumOf(
      all.filter(({ InUse, Shared }) => !InUse && !Shared),
      ({ Size }) => Size,
    ),
  };
}

function sumOf<Item>(items: readonly Item[], sizeOf: (item: Item) => number): number {
  return items.reduce((sum, item) => sum + sizeOf(item), 0);
}
