/** Copies into and out of containers. Each has a worker of its own, through whose stream the bytes pass. */
import type { Socket } from 'node:net';
import { finished, type Readable, Transform, type TransformCallback } from 'node:stream';
import type { PathStat } from '../../hooks/engine.ts';
import { PouchError } from '../../hooks/errors.ts';
import { Deferred } from '../wait/Deferred.ts';
import { linkedAbort } from '../wait/linkedAbort.ts';
import type { FileOperations, FileReply, FileRequest } from './protocol.ts';
import { type Subject, WorkerPool } from './WorkerPool.ts';
import { resultOf } from './workerErrors.ts';

export interface CopyWorkersOptions {
  /** argv of a worker. */
  command: readonly string[];
  /** Milliseconds without a byte after which a copy ends; default: a minute. */
  stallMs?: number;
}

/** Files of a container as a tar archive. */
export interface ContainerArchive {
  stat: PathStat;
  /** Destroying it ends the copy. An error of it means that the archive is not complete. */
  body: Readable;
  /** Resolves when the worker has ended, however. */
  ended: Promise<void>;
}

/** Copies of one container, and of all: others wait. Each may last as long as its client wants. */
const limits = { perLane: 4, working: 32, processes: 40 };
const standardStallMs = 60_000;
/** Bytes of the line with the facts of a path. */
const longestHead = 64 * 1024;

export class CopyWorkers {
  readonly #pool: WorkerPool;
  readonly #stallMs: number;

  constructor({ command, stallMs = standardStallMs }: CopyWorkersOptions) {
    this.#pool = new WorkerPool({ command, limits });
    this.#stallMs = stallMs;
  }

  /** @throws PCH_FILE_NOT_FOUND, PCH_COPY_REFUSED, PCH_CONTAINER_NOT_RUNNING, PCH_COPY_STALLED */
  async stat(
    container: string,
    args: FileOperations['statInside']['args'],
    signal: AbortSignal,
  ): Promise<PathStat> {
    return await this.#run(container, { op: 'statInside', ...args }, signal, () => undefined);
  }

  /** Resolves when the facts of the path have arrived. @throws as `stat` */
  async archive(
    container: string,
    args: FileOperations['archiveInside']['args'],
    signal: AbortSignal,
  ): Promise<ContainerArchive> {
    const left = linkedAbort(signal);
    const ended = new Deferred();
    const body = new ArchiveStream(ended.promise);
    const reply = this.#run(
      container,
      { op: 'archiveInside', ...args },
      left.controller.signal,
      (data, moved) => {
        body.on('data', moved);
        body.pause();
        data.pipe(body);
      },
    );
    reply.then(
      () => ended.resolve(),
      (error: unknown) => {
        ended.reject(error);
        body.destroy(error as Error);
      },
    );
    finished(body, () => {
      left.controller.abort(new PouchError('PCH_CANCELLED', 'the reader of the copy has left'));
      left.unlink();
    });
    const settled = ended.promise.catch(() => undefined);
    try {
      return { stat: await body.head, body, ended: settled };
    } catch (error) {
      await settled;
      throw error;
    }
  }

  /** Extracts an archive. What follows the archive in `body` stays there. @throws as `stat`, and PCH_ARCHIVE_INVALID */
  async extract(
    container: string,
    args: FileOperations['extractInside']['args'],
    body: Readable,
    signal: AbortSignal,
  ): Promise<void> {
    const { controller, unlink } = linkedAbort(signal);
    const forget = finished(body, { writable: false }, (error) => {
      if (error) controller.abort(error);
    });
    try {
      await this.#run(container, { op: 'extractInside', ...args }, controller.signal, (data, moved) => {
        body.on('data', moved);
        body.pipe(data);
        data.once('close', () => {
          body.unpipe(data);
          body.off('data', moved);
        });
      });
    } finally {
      forget();
      unlink();
    }
  }

  /** Subjects of the current copies, for the log. */
  pending(): string[] {
    return this.#pool.pending();
  }

  /** Ends all workers. Current copies fail. */
  close(): void {
    this.#pool.close();
  }

  /** `begin` is called with the stream of the worker, and with what it calls when a byte has moved. */
  async #run<Op extends 'statInside' | 'archiveInside' | 'extractInside'>(
    container: string,
    request: FileRequest & { op: Op },
    signal: AbortSignal,
    begin: (data: Socket, moved: () => void) => void,
  ): Promise<FileOperations[Op]['result']> {
    const { controller, unlink } = linkedAbort(signal);
    const timer = setTimeout(() => controller.abort(stalled(container, this.#stallMs)), this.#stallMs);
    let stream: Socket | undefined;
    const onData = (data: Socket) => {
      stream = data;
      begin(data, () => timer.refresh());
    };
    try {
      const options = { deadlineMs: Infinity, signal: controller.signal, onData };
      const reply = await this.#pool.call(subjectOf(container), request, options);
      return resultOf<FileOperations[Op]['result']>(codedReply(reply, container), subjectOf(container));
    } finally {
      clearTimeout(timer);
      unlink();
      if (request.op !== 'archiveInside') stream?.destroy();
    }
  }
}

/** What errors of system calls mean for a copy; a full disk's have a code of their own everywhere. */
const codes: Readonly<Record<string, string>> = {
  EACCES: 'PCH_COPY_REFUSED',
  EBUSY: 'PCH_CONFLICT',
  EEXIST: 'PCH_CONFLICT',
  EISDIR: 'PCH_CONFLICT',
  ELOOP: 'PCH_OPTION_INVALID',
  ENAMETOOLONG: 'PCH_OPTION_INVALID',
  ENOENT: 'PCH_CONFLICT',
  ENOTDIR: 'PCH_CONFLICT',
  ENOTEMPTY: 'PCH_CONFLICT',
  EPERM: 'PCH_COPY_REFUSED',
  EROFS: 'PCH_READ_ONLY',
  ESTALE: 'PCH_CONFLICT',
};

/** Missing files have Docker's words, on which scripts match. */
function codedReply(reply: FileReply, container: string): FileReply {
  if (!('error' in reply)) return reply;
  const { code = '', message } = reply.error;
  if (code === 'PCH_FILE_NOT_FOUND') throw new PouchError(code, `${message} in container ${container}`);
  return { error: { code: codes[code] ?? code, message } };
}

function subjectOf(container: string): Subject {
  return { lane: `copy of ${container}`, what: container, where: `what is mounted in ${container}` };
}

function stalled(container: string, ms: number): PouchError {
  return new PouchError('PCH_COPY_STALLED', `the copy of ${container} has not moved for ${ms / 1000} s`, {
    hint: 'read or send without a pause; a network or FUSE file system in the container may hang',
  });
}

/** Takes the line before the archive, and ends when the worker has reported that the archive is complete. */
class ArchiveStream extends Transform {
  readonly #head = new Deferred<PathStat>();
  readonly #ended: Promise<unknown>;
  #pending: Buffer | undefined = Buffer.alloc(0);

  constructor(ended: Promise<unknown>) {
    super({ highWaterMark: 1024 * 1024 });
    this.#ended = ended;
  }

  get head(): Promise<PathStat> {
    return this.#head.promise;
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    if (this.#pending === undefined) return done(null, chunk);
    const bytes = Buffer.concat([this.#pending, chunk]);
    const end = bytes.indexOf('\n');
    this.#pending = end < 0 ? bytes : undefined;
    if (end < 0)
      return done(bytes.length > longestHead ? new Error('the head of an archive is too long') : null);
    this.#head.resolve(JSON.parse(bytes.toString('utf8', 0, end)) as PathStat);
    done(null, bytes.subarray(end + 1));
  }

  override _flush(done: TransformCallback): void {
    this.#ended.then(() => done(), done);
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#head.reject(error ?? new Error('the copy has ended'));
    done(error);
  }
}
