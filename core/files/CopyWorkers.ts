/**
 * Copies into and out of containers. Each has a worker of its own. The bytes pass through its stream, or go between it
 * and the connection of a client: through pouchd they cost twice the time.
 */
import type { Socket } from 'node:net';
import { finished, PassThrough, type Readable, type TransformCallback } from 'node:stream';
import { ConnectionBody } from '../../hooks/connection/ConnectionBody.ts';
import type { ArchiveReceiver, PathStat } from '../../hooks/engine.ts';
import { PouchError } from '../../hooks/errors.ts';
import { withDeadline } from '../wait/deadline.ts';
import { Deferred } from '../wait/Deferred.ts';
import { linkedAbort } from '../wait/linkedAbort.ts';
import type { FileOperations, FileReply, FileRequest } from './protocol.ts';
import { type MovedBytes, type Subject, WorkerPool } from './WorkerPool.ts';
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

type ArchiveArgs = Omit<FileOperations['archiveInside']['args'], 'isChunked'>;

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
    return await this.#run(container, { op: 'statInside', ...args }, signal);
  }

  /** Resolves when the path is found. @throws as `stat` */
  async archive(container: string, args: ArchiveArgs, signal: AbortSignal): Promise<ContainerArchive> {
    const left = linkedAbort(signal);
    const ended = new Deferred();
    const found = new Deferred<PathStat>();
    const body = new ArchiveStream(ended.promise);
    const request = { op: 'archiveInside' as const, ...args, isChunked: false };
    const reply = this.#run(container, request, left.controller.signal, {
      onStart: (data, moved) => {
        body.on('data', moved);
        body.pause();
        data.pipe(body);
      },
      onFound: (stat, proceed) => {
        found.resolve(stat);
        proceed();
      },
    });
    reply.then(
      () => ended.resolve(),
      (error: unknown) => {
        found.reject(error);
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
      return { stat: await found.promise, body, ended: settled };
    } catch (error) {
      await settled;
      throw error;
    }
  }

  /**
   * Has the worker write an archive to the connection of a client. Resolves when it is complete.
   * @throws as `stat`, and errors of `to.begin`
   */
  async send(container: string, args: ArchiveArgs, to: ArchiveReceiver, signal: AbortSignal): Promise<void> {
    const { controller, unlink } = linkedAbort(signal);
    const request = { op: 'archiveInside' as const, ...args, isChunked: true };
    try {
      await this.#run(container, request, controller.signal, {
        prepare: () => ({ data: { fd: descriptorOf(to.socket) }, request }),
        onFound: (stat, proceed) => {
          to.begin(stat).then(proceed, (error: unknown) => controller.abort(error));
        },
      });
    } finally {
      unlink();
    }
  }

  /**
   * Extracts an archive. What follows the archive in `body` stays there. The worker itself reads a connection that
   * nobody has read. @throws as `stat`, and PCH_ARCHIVE_INVALID
   */
  async extract(
    container: string,
    args: Omit<FileOperations['extractInside']['args'], 'body'>,
    body: Readable,
    signal: AbortSignal,
  ): Promise<void> {
    const request = { op: 'extractInside' as const, ...args };
    if (!(body instanceof ConnectionBody && body.isUntouched))
      return await this.#extractStream(container, request, body, signal);
    await this.#run(container, request, signal, {
      prepare: () => {
        const { socket, framing, early } = body.handOver();
        descriptorOf(socket);
        const raw = { framing, early: early.toString('base64') };
        return { data: socket, request: { ...request, body: raw } };
      },
    });
  }

  async #extractStream(
    container: string,
    request: FileRequest & { op: 'extractInside' },
    body: Readable,
    signal: AbortSignal,
  ): Promise<void> {
    const { controller, unlink } = linkedAbort(signal);
    const forget = finished(body, { writable: false }, (error) => {
      if (error) controller.abort(error);
    });
    try {
      await this.#run(container, request, controller.signal, {
        onStart: (data, moved) => {
          body.on('data', moved);
          body.pipe(data);
          data.once('close', () => {
            body.unpipe(data);
            body.off('data', moved);
          });
        },
      });
    } finally {
      forget();
      unlink();
    }
  }

  /**
   * Waits for the beginning of an archive, whose rest has the same limit.
   * @throws PCH_COPY_STALLED
   */
  async untilBegun<T>(
    container: string,
    signal: AbortSignal,
    work: (signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const late = () => stalled(container, this.#stallMs);
    return await withDeadline({ ms: this.#stallMs, late, signal }, work);
  }

  /** Subjects of the current copies, for the log. */
  pending(): string[] {
    return this.#pool.pending();
  }

  /** Ends all workers. Current copies fail. */
  close(): void {
    this.#pool.close();
  }

  async #run<Op extends 'statInside' | 'archiveInside' | 'extractInside'>(
    container: string,
    request: FileRequest & { op: Op },
    signal: AbortSignal,
    { prepare, onStart, onFound }: Copying = {},
  ): Promise<FileOperations[Op]['result']> {
    const { controller, unlink } = linkedAbort(signal);
    const timer = setTimeout(() => controller.abort(stalled(container, this.#stallMs)), this.#stallMs);
    const moved = () => timer.refresh();
    let stream: Socket | undefined;
    const bytes: MovedBytes = {
      prepare: prepare ?? (() => ({ data: 'pipe', request })),
      onStart: ({ data }) => {
        stream = data;
        if (data) onStart?.(data, moved);
      },
      onNote: (note, worker) => {
        moved();
        if (note.note === 'found') onFound?.(note.stat, () => worker.proceed());
      },
    };
    try {
      const options = { deadlineMs: Infinity, signal: controller.signal, bytes };
      const reply = await this.#pool.call(subjectOf(container), request, options);
      return resultOf<FileOperations[Op]['result']>(codedReply(reply, container), subjectOf(container));
    } finally {
      clearTimeout(timer);
      unlink();
      if (request.op !== 'archiveInside') stream?.destroy();
    }
  }
}

/** How a copy moves its bytes. By default through pouchd, by a stream of its worker. */
interface Copying {
  prepare?: MovedBytes['prepare'];
  /** Called with the stream of the worker, and with what to call when a byte has moved. */
  onStart?(data: Socket, moved: () => void): void;
  /** The worker waits until `proceed` is called. */
  onFound?(stat: PathStat, proceed: () => void): void;
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

/** Ends when the worker has reported that the archive is complete. */
class ArchiveStream extends PassThrough {
  readonly #ended: Promise<unknown>;

  constructor(ended: Promise<unknown>) {
    super({ highWaterMark: 1024 * 1024 });
    this.#ended = ended;
  }

  override _flush(done: TransformCallback): void {
    this.#ended.then(() => done(), done);
  }
}

/** Node exposes the descriptor of a socket only in its internal handle. @throws PCH_CANCELLED if it is closed */
function descriptorOf(socket: Socket): number {
  const { fd = -1 } = (socket as unknown as { _handle?: { fd?: number } })._handle ?? {};
  if (fd >= 0) return fd;
  throw new PouchError('PCH_CANCELLED', 'the client of the copy has left');
}
