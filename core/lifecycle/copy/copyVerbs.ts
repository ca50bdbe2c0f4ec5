import type { Readable } from 'node:stream';
import type {
  ArchiveReceiver,
  ContainerArchive,
  ContainerRecord,
  ExtractOptions,
  PathStat,
} from '../../../hooks/engine.ts';
import { PouchError } from '../../../hooks/errors.ts';
import type { ContainerArchive as RunningArchive } from '../../files/index.ts';
import { resolveUser } from '../../plan/users.ts';
import { Deferred } from '../../wait/Deferred.ts';
import type { ContainerView } from '../../files/protocol.ts';
import { type EngineContext } from '../shared/engineContext.ts';
import { withContainerView, withRootView } from './containerView.ts';
import { decompressedTar } from './decompressedTar.ts';

/** @throws PCH_FILE_NOT_FOUND */
export async function statPath(
  engine: EngineContext,
  record: ContainerRecord,
  path: string,
  signal?: AbortSignal,
): Promise<PathStat> {
  const args = { path: bytesOf(path) };
  return await withContainerView(engine, record, signal, (view, ended) =>
    engine.files.copies.stat(record.name, { view, ...args }, ended),
  );
}

/** Resolves when the archive begins; the copy runs until its body has ended. */
export async function readArchive(
  engine: EngineContext,
  record: ContainerRecord,
  path: string,
  signal?: AbortSignal,
): Promise<ContainerArchive> {
  const begin = archiveOf(engine, record, { path: bytesOf(path), isBare: false });
  return await begun((started) =>
    withContainerView(engine, record, signal, async (view, ended) => {
      await run(started, begin(view, ended));
    }),
  );
}

/** The root file system without its mounts, as docker import takes it. */
export async function exportRoot(
  engine: EngineContext,
  record: ContainerRecord,
  signal?: AbortSignal,
): Promise<Readable> {
  const begin = archiveOf(engine, record, { path: '/', isBare: true });
  const { body } = await begun((started) =>
    withRootView(engine, record, signal, async (view, ended) => {
      await run(started, begin(view, ended));
    }),
  );
  return body;
}

/** Writes the archive of a path, or the root file system without its mounts, to the connection of a client. */
export async function sendArchive(
  engine: EngineContext,
  record: ContainerRecord,
  path: string | undefined,
  to: ArchiveReceiver,
  signal?: AbortSignal,
): Promise<void> {
  const { uidMappings, gidMappings } = record.draft;
  const args = { path: bytesOf(path ?? '/'), isBare: path === undefined, uidMappings, gidMappings };
  const inView = path === undefined ? withRootView : withContainerView;
  await inView(engine, record, signal, (view, ended) =>
    engine.files.copies.send(record.name, { view, ...args }, to, ended),
  );
}

/** @throws PCH_FILE_NOT_FOUND, PCH_READ_ONLY, PCH_COPY_REFUSED, PCH_ARCHIVE_INVALID, PCH_COPY_STALLED */
export async function writeArchive(
  engine: EngineContext,
  record: ContainerRecord,
  body: Readable,
  { path, noOverwriteDirNonDir = false, asUser = false }: ExtractOptions,
  signal?: AbortSignal,
): Promise<void> {
  const { uidMappings, gidMappings } = record.draft;
  const owner = asUser ? await userOf(engine, record) : null;
  const args = { path: bytesOf(path), noOverwriteDirNonDir, owner, uidMappings, gidMappings };
  await withContainerView(engine, record, signal, async (view, ended) => {
    const { copies } = engine.files;
    const tar = await copies.untilBegun(record.name, ended, (begun) => decompressedTar(body, begun));
    await copies.extract(record.name, { view, ...args }, tar, ended);
  });
}

/** The user of the container, by the accounts of its image; null for a container without one. */
async function userOf(
  engine: EngineContext,
  { draft: { process, image } }: ContainerRecord,
): Promise<{ uid: number; gid: number } | null> {
  if (process.user === '') return null;
  const [passwd = '', group = ''] = await Promise.all(
    ['/etc/passwd', '/etc/group'].map((path) => engine.imageText(image.id, path)),
  );
  const { uid, gid } = resolveUser(process.user, [], { passwd, group });
  return { uid, gid };
}

function archiveOf(
  { files }: EngineContext,
  { name, draft: { uidMappings, gidMappings } }: ContainerRecord,
  args: { path: string; isBare: boolean },
) {
  return (view: ContainerView, ended: AbortSignal) =>
    files.copies.archive(name, { view, ...args, uidMappings, gidMappings }, ended);
}

/** Resolves to the archive of a copy that continues afterwards. */
async function begun(copy: (started: Deferred<RunningArchive>) => Promise<void>): Promise<RunningArchive> {
  const started = new Deferred<RunningArchive>();
  const ended = () => new PouchError('PCH_CANCELLED', 'the copy has ended before it began');
  copy(started).then(() => started.reject(ended()), started.reject);
  return await started.promise;
}

async function run(started: Deferred<RunningArchive>, copy: Promise<RunningArchive>): Promise<void> {
  const archive = await copy;
  started.resolve(archive);
  await archive.ended;
}

/** File workers take paths as bytes, one character each. */
function bytesOf(path: string): string {
  if (path === '' || path.includes('\0'))
    throw new PouchError(
      'PCH_BAD_REQUEST',
      `path: expected a path of the container, found "${path.slice(0, 100)}"`,
    );
  return Buffer.from(path).toString('latin1');
}
