/** The rows of `system df -v`, with Docker's fields. */
import type {
  BuildCacheRecord,
  ContainerSummary,
  DiskUsageResponse,
  ImageSummary,
} from '../../client/index.ts';
import { containerRow } from '../containers/containerRow.ts';
import { imageRows } from '../images/imageRows.ts';
import { ago, humanSize } from '../output/units.ts';

export type UsageDetails = ReturnType<typeof usageDetails>;

export function usageDetails({ Images, Containers, Volumes, BuildCache }: DiskUsageResponse) {
  return {
    Images: (Images ?? []).map(imageDetails),
    Containers: (Containers ?? []).map(containerDetails),
    Volumes: (Volumes ?? []).map(({ Name, Driver, Mountpoint, Scope, UsageData }) => ({
      Name,
      Driver,
      Mountpoint,
      Scope,
      Links: known(UsageData?.RefCount, String),
      Size: known(UsageData?.Size, size),
    })),
    BuildCache: (BuildCache ?? []).map(cacheDetails),
  };
}

/** An image has one row: that of its first name. */
function imageDetails(image: ImageSummary) {
  const { Size, SharedSize = -1, Containers = -1 } = image;
  const [row] = imageRows(image, { truncate: true, digests: false });
  return {
    ...row,
    VirtualSize: size(Size),
    SharedSize: known(SharedSize, size),
    UniqueSize: SharedSize < 0 ? unknown : size(Size - SharedSize),
    Containers: known(Containers, String),
  };
}

function containerDetails(container: ContainerSummary) {
  const volumes = (container.Mounts ?? []).filter(({ Type }) => Type === 'volume');
  return {
    ...containerRow(container, true),
    LocalVolumes: String(volumes.length),
    Size: size(container.SizeRw ?? 0),
  };
}

function cacheDetails({
  ID,
  Type,
  Size,
  CreatedAt,
  LastUsedAt,
  UsageCount,
  InUse,
  Shared,
}: BuildCacheRecord) {
  const since = (time?: string | null) => (time ? ago(Date.parse(time) / 1000) : '');
  return {
    ID: ID.slice(0, 12),
    CacheType: Type,
    Size: size(Size),
    CreatedSince: since(CreatedAt),
    LastUsedSince: since(LastUsedAt),
    UsageCount: String(UsageCount),
    InUse: String(InUse),
    Shared: String(Shared),
  };
}

const unknown = 'N/A';

/** Docker sends -1 for what it has not measured. */
function known(value: number | undefined, show: (value: number) => string): string {
  return value === undefined || value < 0 ? unknown : show(value);
}

function size(bytes: number): string {
  return humanSize(bytes, 4);
}
