/** The context of a build: what its client has sent. */
import { constants } from 'node:fs';
import { mkdir, open, realpath, statfs } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { type Readable, Transform, type TransformCallback } from 'node:stream';
import { PouchError } from '../../../hooks/errors.ts';
import type { CopyWorkers } from '../../files/CopyWorkers.ts';
import { decompressedTar } from '../copy/decompressedTar.ts';

/** Bytes that stay free on the disk. */
const keptFree = 256 << 20;
/** Bytes of a Dockerfile. */
const longestDockerfile = 1 << 20;

export interface ContextPlace {
  /** Of the build, for its worker. */
  lane: string;
  /** Is made. */
  directory: string;
  /** Directory for a mount, in a mount namespace of the worker's. */
  mounts: string;
}

/**
 * Unpacks the tar of a context, compressed or not, as root's files.
 * @throws PCH_ARCHIVE_INVALID, PCH_COPY_REFUSED for paths that lead out and devices, PCH_BODY_TOO_LARGE, PCH_DISK_FULL
 */
export async function unpackContext(
  copies: CopyWorkers,
  { lane, directory, mounts }: ContextPlace,
  body: Readable,
  signal: AbortSignal,
): Promise<void> {
  await mkdir(directory, { mode: 0o755 });
  const tar = await decompressedTar(body, signal);
  const limited = new LimitedStream(await roomFor(directory));
  tar.on('error', (error) => limited.destroy(error));
  tar.pipe(limited);
  const view = {
    snapshot: { type: 'bind', source: directory, options: [] },
    userns: null,
    uidMappings: [],
    gidMappings: [],
    mounts: [],
    isWritable: true,
    isReadonly: false,
    scratch: mounts,
  };
  const owner = { uid: 0, gid: 0 };
  const args = { view, path: '/', noOverwriteDirNonDir: false, owner, uidMappings: [], gidMappings: [] };
  try {
    await copies.extract(lane, args, limited, signal);
  } catch (error) {
    throw limited.failure ?? error;
  } finally {
    // What follows the end of the archive.
    tar.unpipe(limited);
    tar.resume();
    limited.destroy();
  }
}

async function roomFor(directory: string): Promise<number> {
  const { bavail, bsize } = await statfs(directory);
  return Math.max(0, bavail * bsize - keptFree);
}

/** A few compressed bytes may be very many. */
class LimitedStream extends Transform {
  failure: PouchError | undefined;
  #left: number;
  readonly #most: number;

  constructor(most: number) {
    super();
    this.#left = most;
    this.#most = most;
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.#left -= chunk.length;
    if (this.#left >= 0) return done(null, chunk);
    this.failure = new PouchError(
      'PCH_BODY_TOO_LARGE',
      `the build context is larger than ${Math.floor(this.#most / 1024 / 1024)} MiB, the room on the disk of pouchd’s root`,
      { hint: 'leave files out with .dockerignore, or free space' },
    );
    done(this.failure);
  }
}

/**
 * Reads the Dockerfile of a context that nobody changes any more. A link may not lead out of it.
 * @throws PCH_DOCKERFILE_INVALID
 */
export async function readContextFile(context: string, path: string): Promise<string | undefined> {
  const found = await realpath(join(context, path)).catch(() => undefined);
  if (found === undefined) return undefined;
  if (!found.startsWith(`${await realpath(context)}${sep}`))
    throw invalid(`${path} is outside of the build context`);
  // A FIFO would wait for its writer.
  const file = await open(found, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const facts = await file.stat();
    if (!facts.isFile()) throw invalid(`${path} is not a file`);
    if (facts.size > longestDockerfile) throw invalid(`${path} is larger than ${longestDockerfile} bytes`);
    return await file.readFile('utf8');
  } finally {
    await file.close();
  }
}

function invalid(problem: string): PouchError {
  return new PouchError('PCH_DOCKERFILE_INVALID', `the Dockerfile cannot be read: ${problem}`, {
    hint: 'name a file of the build context',
  });
}
