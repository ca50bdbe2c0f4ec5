import { PouchError } from '../../hooks/errors.ts';
import { withDeadline } from '../wait/deadline.ts';
import type { FileNote, FileReply, FileRequest } from './protocol.ts';
import { type WorkerData, WorkerProcess } from './WorkerProcess.ts';

/** The subject of a request. */
export interface Subject {
  /** Requests that may hang together: those to a mount of the host, or to a container. */
  lane: string;
  /** For messages, such as `the bind source /srv/x`. */
  what: string;
  /** For hints: what does not respond, such as `the file system on /srv`. */
  where: string;
}

export interface CallOptions {
  /** Milliseconds, including the wait for a worker. */
  deadlineMs: number;
  signal?: AbortSignal | undefined;
  bytes?: MovedBytes | undefined;
}

/** Of a request that moves bytes, whose worker performs no other one. */
export interface MovedBytes {
  /** Called before its worker starts, in the same turn of the event loop. An error of it fails the request. */
  prepare(): { data: WorkerData; request: FileRequest };
  onStart(worker: WorkerProcess): void;
  onNote(note: FileNote, worker: WorkerProcess): void;
}

export interface PoolOptions {
  /** argv of a worker. */
  command: readonly string[];
  /** Milliseconds until an idle worker ends; default 30 s. */
  idleMs?: number;
  limits?: Partial<PoolLimits>;
}

export interface PoolLimits {
  /** Concurrent requests per lane; others wait. */
  perLane: number;
  /** Busy workers. */
  working: number;
  /** All workers, including stuck ones: killed, and still held by the kernel. */
  processes: number;
}

const standardLimits: PoolLimits = { perLane: 2, working: 16, processes: 24 };
const standardIdleMs = 30_000;
/** Milliseconds after which a killed worker that has not ended is stuck. */
const dyingMs = 500;
const timerErrorMs = 5;

interface Job extends Subject {
  request: FileRequest;
  resolve(reply: FileReply): void;
  reject(error: unknown): void;
  bytes?: MovedBytes | undefined;
  /** Unset while it waits. */
  worker?: WorkerProcess;
}

/**
 * A pool of expendable processes for work that may hang. A request that reaches its deadline fails; its worker is
 * killed and replaced. A worker that SIGKILL does not end is stuck and counts against its lane. A lane full of stuck
 * workers rejects requests at once: a file system that does not respond blocks a limited number of processes, and no
 * other lane.
 */
export class WorkerPool {
  readonly #options: PoolOptions;
  readonly #limits: PoolLimits;
  /** Waiting requests by lane, in order; a lane without any has no entry. */
  readonly #waiting = new Map<string, Set<Job>>();
  readonly #working = new Set<Job>();
  readonly #idle = new Map<WorkerProcess, NodeJS.Timeout>();
  /** Workers that were killed and have not ended. */
  #dying: { lane: string; worker: WorkerProcess; since: number }[] = [];
  #isClosed = false;

  constructor(options: PoolOptions) {
    this.#options = options;
    this.#limits = { ...standardLimits, ...options.limits };
  }

  /** @throws PCH_FILE_TIMEOUT, PCH_FILE_WORKER, or the signal's reason */
  async call(subject: Subject, request: FileRequest, options: CallOptions): Promise<FileReply> {
    const { deadlineMs, signal, bytes } = options;
    signal?.throwIfAborted();
    const late = () => timeout(subject, `did not respond within ${deadlineMs / 1000} s`);
    return await withDeadline({ ms: deadlineMs, late, signal }, (ended) =>
      this.#queue({ ...subject, request, bytes }, ended),
    );
  }

  #queue(work: Omit<Job, 'resolve' | 'reject'>, ended: AbortSignal): Promise<FileReply> {
    return new Promise((resolve, reject) => {
      const job: Job = { ...work, resolve, reject };
      ended.addEventListener('abort', () => this.#giveUp(job, ended.reason), { once: true });
      this.#enqueue(job);
      this.#dispatch();
    });
  }

  /** Starts a worker in advance. */
  warm(): void {
    if (this.#isClosed || this.#idle.size > 0 || this.#working.size > 0) return;
    if (this.#processes < this.#limits.processes) this.#keep(this.#start());
  }

  /** Subjects of the current requests, for the log. */
  pending(): string[] {
    return this.#pendingJobs().map(({ what }) => what);
  }

  /** Ends all workers. Current requests fail. */
  close(): void {
    this.#isClosed = true;
    for (const worker of this.#idle.keys()) this.#drop(worker);
    const ended = new PouchError('PCH_CANCELLED', 'pouchd is shutting down');
    for (const job of this.#pendingJobs()) this.#giveUp(job, ended);
  }

  get #processes(): number {
    return this.#idle.size + this.#working.size + this.#dying.length;
  }

  #pendingJobs(): Job[] {
    return [...this.#working, ...[...this.#waiting.values()].flatMap((jobs) => [...jobs])];
  }

  #enqueue(job: Job): void {
    const jobs = this.#waiting.get(job.lane) ?? new Set();
    this.#waiting.set(job.lane, jobs.add(job));
  }

  #dequeue(job: Job): void {
    const jobs = this.#waiting.get(job.lane);
    if (jobs?.delete(job) && jobs.size === 0) this.#waiting.delete(job.lane);
  }

  /** Assigns waiting requests to workers, in order within each lane. It looks only at requests that it can settle. */
  #dispatch(): void {
    this.#dying = this.#dying.filter(({ worker }) => !worker.isGone);
    const stuck = this.#dying.filter(({ since }) => performance.now() - since >= dyingMs);
    for (const [lane, jobs] of [...this.#waiting]) {
      if (this.#isFull && stuck.length === 0 && !this.#isClosed) return;
      const refusal = this.#refusalIn(lane, stuck);
      for (const job of jobs) {
        if (refusal) this.#fail(job, refusal(job));
        else if (this.#hasRoom(lane)) this.#tryBegin(job);
        else break;
      }
      this.#moveToEnd(lane);
    }
  }

  /** Returns what makes the error of each request to the lane, if it cannot be performed now. */
  #refusalIn(lane: string, stuck: readonly { lane: string }[]): ((job: Job) => PouchError) | undefined {
    const { perLane, processes } = this.#limits;
    if (this.#isClosed) return () => new PouchError('PCH_CANCELLED', 'pouchd is shutting down');
    const inLane = stuck.filter((other) => other.lane === lane).length;
    if (inLane >= perLane) return (job) => refusal(job, inLane);
    return stuck.length >= processes ? (job) => refusal(job, stuck.length) : undefined;
  }

  get #isFull(): boolean {
    const { working, processes } = this.#limits;
    return this.#working.size >= working || (this.#idle.size === 0 && this.#processes >= processes);
  }

  #hasRoom(lane: string): boolean {
    const taken = [...this.#working, ...this.#dying].filter((other) => other.lane === lane).length;
    return !this.#isFull && taken < this.#limits.perLane;
  }

  /** The next free worker serves another lane first. */
  #moveToEnd(lane: string): void {
    const jobs = this.#waiting.get(lane);
    if (!jobs || this.#waiting.size === 1) return;
    this.#waiting.delete(lane);
    this.#waiting.set(lane, jobs);
  }

  #tryBegin(job: Job): void {
    try {
      this.#begin(job);
    } catch (error) {
      this.#fail(job, error);
    }
  }

  #begin(job: Job): void {
    const { data, request } = job.bytes?.prepare() ?? { request: job.request, data: undefined };
    const [worker = this.#start()] = data === undefined ? this.#idle.keys() : [this.#start({ data })];
    clearTimeout(this.#idle.get(worker));
    this.#idle.delete(worker);
    this.#dequeue(job);
    this.#working.add(job);
    job.worker = worker;
    const onNote = (note: FileNote) => {
      if (this.#working.has(job)) job.bytes?.onNote(note, worker);
    };
    worker.run(request, onNote).then(
      (reply) => {
        if (!this.#working.delete(job)) return;
        if (job.bytes) worker.end();
        else this.#keep(worker);
        job.resolve(reply);
        this.#dispatch();
      },
      (error: unknown) => {
        // A tool of its process group may still be running.
        if (this.#working.has(job)) this.#giveUp(job, error);
      },
    );
    job.bytes?.onStart(worker);
  }

  #start(options: { data?: WorkerData } = {}): WorkerProcess {
    const onEnd = () => {
      this.#drop(worker);
      this.#dispatch();
    };
    const worker: WorkerProcess = new WorkerProcess(this.#options.command, onEnd, options);
    return worker;
  }

  #keep(worker: WorkerProcess): void {
    if (this.#isClosed) return worker.kill();
    const idle = setTimeout(() => this.#drop(worker), this.#options.idleMs ?? standardIdleMs).unref();
    this.#idle.set(worker, idle);
  }

  #drop(worker: WorkerProcess): void {
    clearTimeout(this.#idle.get(worker));
    if (this.#idle.delete(worker)) worker.end();
  }

  #giveUp(job: Job, reason: unknown): void {
    const { worker, lane } = job;
    if (this.#working.delete(job) && worker) {
      worker.kill();
      this.#dying.push({ lane, worker, since: performance.now() });
      // A timer may fire slightly too early.
      setTimeout(() => this.#dispatch(), dyingMs + timerErrorMs).unref();
    }
    this.#fail(job, reason);
    this.#dispatch();
  }

  #fail(job: Job, reason: unknown): void {
    this.#dequeue(job);
    job.reject(reason);
  }
}

function refusal(subject: Subject, stuck: number): PouchError {
  return timeout(subject, `cannot be accessed: ${stuck} earlier requests are stuck in the kernel`);
}

function timeout({ what, where }: Subject, problem: string): PouchError {
  return new PouchError('PCH_FILE_TIMEOUT', `${what} ${problem}`, {
    hint: `check ${where}: a network or FUSE file system without its server hangs until the server is back, or until umount -f`,
  });
}
