/** Routes that transfer images: pull, import, load, save. */
import { pipeline } from 'node:stream/promises';
import type { Image, ImportOptions } from '../../../../hooks/index.ts';
import { PouchError } from '../../../../hooks/index.ts';
import { parameter, type Call, type Route } from '../../http/call.ts';
import { streamProgress, type ProgressSink } from '../../http/progressStream.ts';
import { download } from '../../http/download.ts';
import { registryAuth } from '../../http/registryAuth.ts';
import { applyChanges } from '../../translate/image/changes.ts';
import { familiar, joinReference, repoTags, repositoryOf } from '../../translate/image/reference.ts';

export const transferRoutes: Route[] = [
  { method: 'POST', path: '/images/create', handler: create },
  { method: 'POST', path: '/images/load', handler: load },
  { method: 'GET', path: '/images/get', handler: (call) => save(call, call.query.all('names')) },
];

export const transferVerbs = { 'GET get': (call: Call) => save(call, [parameter(call, 'name')]) };

/** `POST /images/create` pulls an image, or imports one. */
function create(call: Call): Promise<void> {
  const name = call.query.text('fromImage');
  if (name) return pull(call, name);
  if (call.query.text('fromSrc')) return importTar(call);
  throw new PouchError('PCH_BAD_REQUEST', 'fromImage, fromSrc: expected one of them, found neither', {
    hint: 'name an image to pull with fromImage, or send a tar with fromSrc=-',
  });
}

async function importTar(call: Call): Promise<void> {
  const { query } = call;
  const source = query.text('fromSrc') ?? '-';
  const name = query.text('repo');
  await streamProgress(call, name ?? '', async (sink) => {
    // An error with a status of its own would close the connection, and a client that still sends could not read it.
    if (hasBody(call)) sink.send({ id: 'layer', status: 'Receiving' });
    const tar = source === '-' ? call.body : await download(source, call.signal);
    if (source !== '-') sink.send({ status: 'Downloading' });
    const { image, notes } = await call.engine.images.import(
      tar,
      importOptions(call, name),
      sink.report,
      call.signal,
    );
    if (call.client.readsHints) for (const note of notes) sink.send({ status: note });
    sink.send({ status: image.id });
  });
}

/** By its headers (RFC 9112, section 6.3): what has arrived of it is a matter of time. */
function hasBody({ request: { headers } }: Call): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

function importOptions({ query }: Call, name: string | undefined): ImportOptions {
  const platform = query.text('platform');
  const comment = query.text('message');
  return {
    ...(name && { reference: joinReference(name, query.text('tag')) }),
    ...(platform && { platform }),
    ...(comment && { comment }),
    config: applyChanges(query.all('changes')),
  };
}

/** As dockerd: without tag and digest, all tags of the repository. */
async function pull(call: Call, name: string): Promise<void> {
  const reference = joinReference(name.replace(/:$/, ''), call.query.text('tag'));
  const auth = registryAuth(call.request.headers['x-registry-auth']);
  await streamProgress(call, reference, async (sink) => {
    for (const one of await wantedReferences(call, reference, auth)) await pullWith(call, one, auth, sink);
  });
}

async function wantedReferences(
  call: Call,
  reference: string,
  auth: ReturnType<typeof registryAuth>,
): Promise<string[]> {
  if (repositoryOf(reference) !== reference) return [reference];
  const tags = await call.engine.images.remoteTags(reference, { auth, signal: call.signal });
  return tags.map((tag) => `${reference}:${tag}`);
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
