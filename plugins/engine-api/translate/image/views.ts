/** Images in Docker's form. */
import type {
  ContainerConfig,
  ImageHistoryEntryWire,
  ImageInspect,
  ImageSummary,
} from '../../../../client/wire.ts';
import type { Image, ImageHistory } from '../../../../hooks/index.ts';
import { unixSeconds } from '../container/time.ts';
import { repoDigests, repoTags, untagged } from './reference.ts';

/** Docker removed `VirtualSize` in API 1.44; older clients print it. */
const lastWithVirtualSize = 43;

/** @param layers bytes of its unpacked layers */
export function toImageSummary(image: Image, layers: readonly number[], apiMinor: number): ImageSummary {
  const size = sizeOf(image, layers);
  const tags = repoTags(image);
  return {
    Id: image.id,
    ParentId: '',
    RepoTags: tags.length > 0 || apiMinor > lastWithVirtualSize ? tags : untagged.tags,
    RepoDigests: repoDigests(image),
    Created: unixSeconds(image.config.created ?? image.createdAt),
    Size: size,
    ...(apiMinor <= lastWithVirtualSize ? { VirtualSize: size } : {}),
    SharedSize: -1,
    Labels: image.config.config?.Labels ?? null,
    Containers: -1,
    ...(image.damage === undefined ? {} : { Damage: image.damage }),
  };
}

/** @param layers bytes of its unpacked layers */
export function toImageInspect(image: Image, layers: readonly number[], apiMinor: number): ImageInspect {
  const size = sizeOf(image, layers);
  const { config } = image;
  return {
    Id: image.id,
    RepoTags: repoTags(image),
    RepoDigests: repoDigests(image),
    Parent: '',
    Comment: config.history?.at(-1)?.comment ?? '',
    Created: config.created ?? image.createdAt,
    // Docker removed it in API 1.45, but compose 1 speaks the newest version, and reads its volumes.
    ContainerConfig: { Volumes: null },
    DockerVersion: '',
    Author: config.author ?? '',
    Config: imageConfig(image),
    Architecture: config.architecture,
    ...(config.variant ? { Variant: config.variant } : {}),
    Os: config.os,
    Size: size,
    ...(apiMinor <= lastWithVirtualSize ? { VirtualSize: size } : {}),
    GraphDriver: { Name: 'overlayfs', Data: null },
    RootFS: { Type: config.rootfs.type, Layers: config.rootfs.diff_ids },
    Metadata: { LastTagTime: image.createdAt },
  };
}

/** Docker's size is that of the layers on the disk; of an image that is not unpacked, Pouch has the compressed one. */
function sizeOf(image: Image, layers: readonly number[]): number {
  return layers.length > 0 ? layers.reduce((sum, bytes) => sum + bytes, 0) : image.size;
}

function imageConfig(image: Image): ContainerConfig {
  const config = image.config.config ?? {};
  return {
    Hostname: '',
    Domainname: '',
    User: config.User ?? '',
    AttachStdin: false,
    AttachStdout: false,
    AttachStderr: false,
    ExposedPorts: config.ExposedPorts,
    Tty: false,
    OpenStdin: false,
    StdinOnce: false,
    Env: config.Env ?? null,
    Cmd: config.Cmd ?? null,
    Healthcheck: config.Healthcheck,
    Image: '',
    Volumes: config.Volumes ?? null,
    WorkingDir: config.WorkingDir ?? '',
    Entrypoint: config.Entrypoint ?? null,
    OnBuild: config.OnBuild ?? null,
    Labels: config.Labels ?? null,
    StopSignal: config.StopSignal,
    Shell: config.Shell,
  };
}

/**
 * The entries are newest first; only the first one has the image's id: like Docker, the steps of a pulled image have no
 * ids.
 *
 * @param layers bytes of its unpacked layers, the base first
 */
export function toHistory(
  image: Image,
  layers: readonly number[],
  entries: ImageHistory[],
): ImageHistoryEntryWire[] {
  const unpacked = [...layers];
  return entries.map((entry, index) => ({
    Id: index === 0 ? image.id : '<missing>',
    Created: unixSeconds(entry.created ?? ''),
    CreatedBy: entry.created_by ?? '',
    Tags: index === 0 ? repoTags(image) : null,
    Size: entry.empty_layer ? 0 : (unpacked.pop() ?? entry.layer?.size ?? 0),
    Comment: entry.comment ?? '',
  }));
}
