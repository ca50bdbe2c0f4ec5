import { randomUUID } from 'node:crypto';
import PQueue from 'p-queue';
import type { Images } from '../../../hooks/engine.ts';
import { PouchError } from '../../../hooks/errors.ts';
import { allEnded } from '../../wait/allEnded.ts';
import { linkedAbort } from '../../wait/linkedAbort.ts';
import { addSource, sourcePaths } from '../content/distributionSource.ts';
import { readStored } from '../content/readStored.ts';
import {
  familiarReference,
  formatReference,
  parseReference,
  type Reference,
  repositoryOf,
} from '../content/reference.ts';
import { type OnProgress, shortDigest, throttled } from '../pull/progress.ts';
import { PushSession } from '../registry/PushSession.ts';
import type { Entry } from '../store/ImageIndex.ts';
import { emitImage, type StoreContext } from '../store/storeContext.ts';
import { collectContent, type PushContent, type StoredBlob } from './collectContent.ts';

type PushOptions = NonNullable<Parameters<Images['push']>[1]>;
type Pushed = Awaited<ReturnType<Images['push']>>[number];

/** Repositories that a push asks to mount from: each is a scope of its token. */
const maxSources = 8;

interface Push {
  store: StoreContext;
  reference: Reference;
  session: PushSession;
  /** Paths of repositories in the session's scopes. */
  sources: readonly string[];
  onProgress: OnProgress;
  signal: AbortSignal;
}

/**
 * Pushes an image to the registry in its name, or all tags of a repository.
 * @throws PCH_REFERENCE_INVALID, PCH_IMAGE_NOT_FOUND, PCH_IMAGE_INVALID, PCH_REGISTRY_*, PCH_DIGEST_MISMATCH
 */
export async function pushImage(
  store: StoreContext,
  ref: string,
  { auth, allTags = false, onProgress, signal = new AbortController().signal }: PushOptions = {},
): Promise<Pushed[]> {
  const reference = pushable(parseReference(ref, store.config.defaultRegistry), ref);
  const entries = await entriesOf(store, reference, allTags);
  const pushed: Pushed[] = [];
  for (const entry of entries) {
    const of = { ...reference, tag: entry.name.slice(repositoryOf(entry.name).length + 1) };
    pushed.push(await pushEntry(store, entry, of, { auth, onProgress: throttled(onProgress), signal }));
    emitImage(store, 'push', entry.name);
  }
  return pushed;
}

function pushable(reference: Reference, ref: string): Reference {
  if (reference.digest === undefined) return reference;
  throw new PouchError('PCH_REFERENCE_INVALID', `cannot push a digest reference: ${ref}`, {
    hint: 'tag the image, then push the tag',
  });
}

async function entriesOf(store: StoreContext, reference: Reference, allTags: boolean): Promise<Entry[]> {
  const { byName } = await store.index.read();
  const name = formatReference(reference);
  if (!allTags) {
    const entry = byName.get(name);
    if (entry) return [entry];
    const shown = familiarReference(name);
    throw notFound(`An image does not exist locally with the tag: ${shown}`, shown);
  }
  const repository = repositoryOf(name);
  const entries = [...byName.values()].filter(
    (entry) => !entry.name.includes('@') && repositoryOf(entry.name) === repository,
  );
  if (entries.length > 0) return entries;
  throw notFound(`No tag of ${familiarReference(repository)} exists locally`, familiarReference(repository));
}

function notFound(message: string, name: string): PouchError {
  return new PouchError('PCH_IMAGE_NOT_FOUND', message, { hint: `name one so: pouch tag IMAGE ${name}` });
}

async function pushEntry(
  store: StoreContext,
  entry: Entry,
  reference: Reference,
  { auth, onProgress, signal }: Pick<Push, 'onProgress' | 'signal'> & Pick<PushOptions, 'auth'>,
): Promise<Pushed> {
  const { transport, config } = store;
  const content = await collectContent(store.client, entry);
  if (content.note) onProgress({ id: '', status: content.note });
  const sources = mountSources(content.blobs, reference);
  const session = new PushSession({ transport, config, reference, auth, mountFrom: sources });
  const push = { store, reference, session, sources, onProgress, signal };
  return await underLease(store, entry.name, content, async () => {
    await pushBlobs(push, content.blobs);
    return await pushManifests(push, content);
  });
}

function mountSources(blobs: readonly StoredBlob[], { domain, path }: Reference): string[] {
  const all = blobs.flatMap(({ labels }) => sourcePaths(labels, domain)).filter((one) => one !== path);
  return [...new Set(all)].slice(0, maxSources);
}

/** Keeps the content while it is pushed, even if the image is removed. */
async function underLease<T>(
  { client, leases }: StoreContext,
  image: string,
  { manifests, blobs }: PushContent,
  work: () => Promise<T>,
): Promise<T> {
  const name = `push ${image} ${randomUUID()}`;
  const lease = await leases.begin(name);
  try {
    for (const { digest } of [...manifests.map((one) => one.descriptor), ...blobs])
      await client.leases.addResource(lease, { id: digest, type: 'content' });
    return await work();
  } finally {
    await leases.release(lease, name, { collect: true });
  }
}

/** Pushes blobs in parallel. All work has ended when it returns. */
async function pushBlobs(push: Push, blobs: readonly StoredBlob[]): Promise<void> {
  const { controller: stop, unlink } = linkedAbort(push.signal);
  const queue = new PQueue({ concurrency: push.store.config.maxParallelUploads });
  const all = blobs.map((blob) => {
    push.onProgress({ id: shortDigest(blob.digest), status: 'Preparing' });
    return queue.add(() => pushBlob({ ...push, signal: stop.signal }, blob));
  });
  try {
    await allEnded(all, stop);
  } finally {
    unlink();
  }
}

async function pushBlob({ store, reference, session, sources, onProgress, signal }: Push, blob: StoredBlob) {
  signal.throwIfAborted();
  const { client, uploads } = store;
  const { domain, path } = reference;
  const id = shortDigest(blob.digest);
  const from = sourcePaths(blob.labels, domain).find((one) => sources.includes(one));
  const status = await uploads.run(
    `${domain}/${path}@${blob.digest}`,
    async (report, stop) => {
      if (await session.hasBlob(blob.digest, stop)) return 'Layer already exists';
      const read = (offset: number) => readStored(client, blob, offset, stop);
      const how = await session.upload({ blob, read, onProgress: report, signal: stop }, from);
      return how === 'mounted' ? `Mounted from ${from}` : 'Pushed';
    },
    { onProgress: (current) => onProgress({ id, status: 'Pushing', current, total: blob.size }), signal },
  );
  await addSource(client.content, blob.digest, reference);
  onProgress({ id, status });
}

async function pushManifests(
  { session, reference: { tag = 'latest' }, signal }: Push,
  { manifests }: PushContent,
): Promise<Pushed> {
  const root = manifests.at(-1)!;
  for (const manifest of manifests.slice(0, -1))
    await session.putManifest(manifest.descriptor.digest, manifest, signal);
  await session.putManifest(tag, root, signal);
  return { tag, digest: root.descriptor.digest, size: root.descriptor.size };
}
