/** Routes of stored images: list, inspect, history, tag, remove, prune. */
import type { ImageDeleteEntry, ImagesPruneResponse } from '../../../../client/wire.ts';
import { hasCode, messageOf, ownImageLabel, PouchError } from '../../../../hooks/index.ts';
import { parameter, type Call, type Route } from '../../http/call.ts';
import { sendEmpty, sendJson } from '../../http/reply.ts';
import { filterImages } from '../../translate/image/filter.ts';
import { familiar, joinReference } from '../../translate/image/reference.ts';
import { imagePruneFilter } from '../../translate/prune.ts';
import { layersOf } from './layers.ts';
import { toHistory, toImageInspect, toImageSummary } from '../../translate/image/views.ts';

export const storeRoutes: Route[] = [
  { method: 'GET', path: '/images/json', handler: list },
  { method: 'POST', path: '/images/prune', handler: prune },
];

/** Handlers of `/images/{name}/VERB`; the name may contain slashes. */
export const imageVerbs = {
  'GET json': inspect,
  'GET history': history,
  'POST tag': tag,
  DELETE: remove,
};

async function list(call: Call): Promise<void> {
  const all = await call.engine.images.list();
  const shown = call.query.flag('all')
    ? all
    : all.filter(({ labels }) => labels[ownImageLabel] === undefined);
  const images = filterImages(shown, call.query.filters());
  const newestFirst = images.toSorted((a, b) => Date.parse(created(b)) - Date.parse(created(a)));
  sendJson(
    call,
    await Promise.all(
      newestFirst.map(async (image) => toImageSummary(image, await layersOf(call, image), call.apiMinor)),
    ),
  );
}

function created(image: { createdAt: string; config: { created?: string } }): string {
  return image.config.created ?? image.createdAt;
}

async function inspect(call: Call): Promise<void> {
  const name = parameter(call, 'name');
  const image = await call.engine.images.get(name).catch((error: unknown) => {
    throw hasCode(error, 'PCH_REFERENCE_INVALID') ? notAnImage(name, error) : error;
  });
  sendJson(call, toImageInspect(image, await layersOf(call, image), call.apiMinor));
}

/** Clients that look for an object of any kind try volumes next, whose names may have upper-case letters. */
function notAnImage(name: string, cause: unknown): PouchError {
  return new PouchError('PCH_IMAGE_NOT_FOUND', `No such image: ${name}: ${messageOf(cause)}`, { cause });
}

async function history(call: Call): Promise<void> {
  const name = parameter(call, 'name');
  const [image, entries] = await Promise.all([
    call.engine.images.get(name),
    call.engine.images.history(name),
  ]);
  sendJson(call, toHistory(image, await layersOf(call, image), entries));
}

async function tag(call: Call): Promise<void> {
  const repository = call.query.text('repo');
  if (!repository)
    throw new PouchError('PCH_BAD_REQUEST', 'repo: expected the new name, found an empty value');
  await call.engine.images.tag(parameter(call, 'name'), joinReference(repository, call.query.text('tag')));
  sendEmpty(call, 201);
}

async function remove(call: Call): Promise<void> {
  const { untagged, deleted } = await call.engine.images.remove(parameter(call, 'name'), {
    force: call.query.flag('force'),
  });
  const entries: ImageDeleteEntry[] = [
    ...untagged.map((reference) => ({ Untagged: familiar(reference) })),
    ...deleted.map((id) => ({ Deleted: id })),
  ];
  sendJson(call, entries);
}

async function prune(call: Call): Promise<void> {
  const { deleted, reclaimed } = await call.engine.images.prune(imagePruneFilter(call.query.filters()));
  const body: ImagesPruneResponse = {
    ImagesDeleted: deleted.map((id) => ({ Deleted: id })),
    SpaceReclaimed: reclaimed,
  };
  sendJson(call, body);
}
