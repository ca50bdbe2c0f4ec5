/** `docker system df`: sizes do not account for layers that images share. */
import { PouchError } from '../../../hooks/index.ts';
import type { Call } from '../http/call.ts';
import { sendJson } from '../http/reply.ts';
import { toSummary } from '../translate/container/summary.ts';
import { toImageSummary } from '../translate/image/views.ts';
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
  const [Images, Containers, Volumes, BuildCache] = await Promise.all([
    part('image', () => imagesPart(call)),
    part('container', () => containersPart(call)),
    part('volume', () => volumesPart(call)),
    part('build-cache', () => Promise.resolve([])),
  ]);
  const LayersSize = (Images ?? []).reduce((sum, image) => sum + image.Size, 0);
  sendJson(call, { LayersSize, Images, Containers, Volumes, BuildCache });
}

const types = ['container', 'image', 'volume', 'build-cache'];

async function imagesPart(call: Call) {
  const images = await call.engine.images.list();
  const used = call.engine.containers.list({ all: true }).map((record) => record.draft.image.id);
  return images.map((image) => ({
    ...toImageSummary(image, call.apiMinor),
    SharedSize: 0,
    Containers: used.filter((id) => id === image.id).length,
  }));
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

/** Does not measure volumes: that would walk data of any size. */
async function volumesPart(call: Call) {
  const containers = call.engine.containers.list({ all: true });
  return (await call.engine.volumes.list()).map((volume) => {
    const users = containers.filter(({ draft }) =>
      Object.values(draft.mounts).some(({ source }) => source === volume.mountpoint),
    );
    return { ...toVolume(volume), UsageData: { Size: -1, RefCount: users.length } };
  });
}
