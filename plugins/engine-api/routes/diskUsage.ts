/** `docker system df`. */
import { type Image, PouchError } from '../../../hooks/index.ts';
import type { Call } from '../http/call.ts';
import { sendJson } from '../http/reply.ts';
import { toSummary } from '../translate/container/summary.ts';
import { toImageSummary } from '../translate/image/views.ts';
import { layersOf } from './image/layers.ts';
import { toVolume } from '../translate/volume.ts';

/** `type` selects parts; the others are null then, as with Docker. */
export async function diskUsage(call: Call): Promise<void> {
  const asked = call.query.all('type');
  const unknown = asked.find((type) => !types.includes(type));
  if (unknown !== undefined)
    throw new PouchError('PCH_OPTION_INVALID', `unknown object type: ${unknown}`, {
      hint: `types are ${types.join(', ')}`,
    });
  const part = <T>(type: string, read: () => Promise<T>) =>
    asked.length === 0 || asked.includes(type) ? read() : Promise.resolve(null);
  const [images, Containers, Volumes, BuildCache] = await Promise.all([
    part('image', () => imagesPart(call)),
    part('container', () => containersPart(call)),
    part('volume', () => volumesPart(call)),
    part('build-cache', () => buildCachePart(call)),
  ]);
  const { LayersSize, Images } = images ?? { LayersSize: 0, Images: null };
  sendJson(call, { LayersSize, Images, Containers, Volumes, BuildCache });
}

async function buildCachePart(call: Call) {
  const time = (ms: number) => new Date(ms).toISOString();
  return (await call.engine.builds.cache()).map((record) => ({
    ID: record.id,
    Parent: record.parents[0] ?? '',
    ...(record.parents.length > 0 && { Parents: record.parents }),
    Type: record.type,
    Description: record.description,
    InUse: record.isInUse,
    Shared: record.isShared,
    Size: record.size,
    CreatedAt: time(record.createdAt),
    LastUsedAt: record.lastUsedAt === undefined ? null : time(record.lastUsedAt),
    UsageCount: record.usageCount,
  }));
}

const types = ['container', 'image', 'volume', 'build-cache'];

async function imagesPart(call: Call) {
  const images = await call.engine.images.list();
  const used = call.engine.containers.list({ all: true }).map((record) => record.draft.image.id);
  const layers = await Promise.all(
    images.map(async (image) => sizedLayers(image, await layersOf(call, image))),
  );
  const users = new Map<string, number>();
  for (const { key } of layers.flat()) users.set(key, (users.get(key) ?? 0) + 1);
  const sizes = new Map(layers.flat().map(({ key, bytes }) => [key, bytes]));
  return {
    LayersSize: sumOf([...sizes.values()]),
    Images: images.map((image, index) => {
      const own = layers[index] ?? [];
      return {
        ...toImageSummary(
          image,
          own.map(({ bytes }) => bytes),
          call.apiMinor,
        ),
        SharedSize: sumOf(own.filter(({ key }) => (users.get(key) ?? 0) > 1).map(({ bytes }) => bytes)),
        Containers: used.filter((id) => id === image.id).length,
      };
    }),
  };
}

/** Layers are the same if they, and those below them, have the same content. */
function sizedLayers({ config }: Image, sizes: readonly number[]): { key: string; bytes: number }[] {
  return sizes.map((bytes, index) => ({ key: config.rootfs.diff_ids.slice(0, index + 1).join(' '), bytes }));
}

function sumOf(sizes: readonly number[]): number {
  return sizes.reduce((sum, size) => sum + size, 0);
}

function containersPart(call: Call) {
  const now = Date.now();
  return Promise.all(
    call.engine.containers.list({ all: true }).map(async (record) => {
      const { writable, total } = await call.engine.containers.usage(record.id);
      return { ...toSummary(record, now), SizeRw: writable, SizeRootFs: total };
    }),
  );
}

/** A volume that takes too long to measure has the size -1, as Docker's of other drivers have. */
async function volumesPart(call: Call) {
  const containers = call.engine.containers.list({ all: true });
  const volumes = await call.engine.volumes.list();
  const sizes = await Promise.all(
    volumes.map(({ name }) => call.engine.volumes.usage(name).catch(() => undefined)),
  );
  return volumes.map((volume, index) => {
    const users = containers.filter(({ draft }) =>
      Object.values(draft.mounts).some(({ source }) => source === volume.mountpoint),
    );
    return { ...toVolume(volume), UsageData: { Size: sizes[index] ?? -1, RefCount: users.length } };
  });
}
