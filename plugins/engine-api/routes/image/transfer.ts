/** Routes that transfer images: pull, load, save. */
import { pipeline } from 'node:stream/promises';
import type { Image } from '../../../../hooks/index.ts';
import { PouchError } from '../../../../hooks/index.ts';
import { parameter, type Call, type Route } from '../../http/call.ts';
import { streamProgress, type ProgressSink } from '../../http/progressStream.ts';
import { registryAuth } from '../../http/registryAuth.ts';
import { familiar, joinReference, repoTags, repositoryOf } from '../../translate/image/reference.ts';

export const transferRoutes: Route[] = [
  { method: 'POST', path: '/images/create', handler: pull },
  { method: 'POST', path: '/images/load', handler: load },
  { method: 'GET', path: '/images/get', handler: (call) => save(call, call.query.all('names')) },
];

export const transferVerbs = { 'GET get': (call: Call) => save(call, [parameter(call, 'name')]) };

async function pull(call: Call): Promise<void> {
  const name = call.query.text('fromImage');
  if (!name)
    throw new PouchError('PCH_NOT_SUPPORTED', 'image import (fromSrc) is not supported', {
      hint: 'load an image archive with docker load',
    });
  const reference = joinReference(name, call.query.text('tag'));
  const auth = registryAuth(call.request.headers['x-registry-auth']);
  await streamProgress(call, reference, (sink) => pullWith(call, reference, auth, sink));
}

async function pullWith(
  call: Call,
  reference: string,
  auth: ReturnType<typeof registryAuth>,
  sink: ProgressSink,
): Promise<void> {
  const before = await idOf(call, reference);
  const platform = call.query.text('platform');
  let announced = false;
  const onProgress: ProgressSink['report'] = (progress) => {
    if (!announced) sink.send(pullingFrom(reference));
    announced = true;
    sink.report(progress);
  };
  const image = await call.engine.images.pull(reference, { platform, auth, onProgress, signal: call.signal });
  if (!announced) sink.send(pullingFrom(reference));
  sink.send({ status: `Digest: ${image.target.digest}` });
  sink.send({ status: pulledText(reference, before === image.id) });
}

async function idOf(call: Call, reference: string): Promise<string | undefined> {
  return (await call.engine.images.get(reference, call.query.text('platform')).catch(() => undefined))?.id;
}

function pullingFrom(reference: string): { status: string; id: string } {
  const repository = repositoryOf(reference);
  return {
    status: `Pulling from ${repository.replace(/^docker\.io\//, '')}`,
    id: reference.slice(repository.length + 1) || 'latest',
  };
}

function pulledText(reference: string, same: boolean): string {
  const named = familiar(repositoryOf(reference) === reference ? `${reference}:latest` : reference);
  return same ? `Status: Image is up to date for ${named}` : `Status: Downloaded newer image for ${named}`;
}

async function load(call: Call): Promise<void> {
  await streamProgress(call, '', async (sink) => {
    const report = call.query.flag('quiet') ? undefined : sink.report;
    for (const image of await call.engine.images.load(call.body, report))
      sink.send({ stream: loadedText(image) });
  });
}

function loadedText(image: Image): string {
  const names = repoTags(image);
  return names.length > 0
    ? names.map((name) => `Loaded image: ${familiar(name)}\n`).join('')
    : `Loaded image ID: ${image.id}\n`;
}

async function save(call: Call, references: string[]): Promise<void> {
  if (references.length === 0)
    throw new PouchError('PCH_BAD_REQUEST', 'names: expected one or more images, found an empty list');
  const archive = await call.engine.images.save(references);
  call.response.writeHead(200, { 'Content-Type': 'application/x-tar' });
  await pipeline(archive, call.response, { signal: call.signal });
}
