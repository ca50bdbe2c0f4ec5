import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { PouchError } from '../../hooks/errors.ts';
import { signalGroup } from '../supervise/signalGroup.ts';
import type { FileNote, FileReply, FileRequest } from './protocol.ts';

interface Waiting {
  resolve(reply: FileReply): void;
  reject(error: Error): void;
}

/** Descriptor 3 of a worker that moves bytes: a stream of its own, or the socket of a client. */
export type WorkerData = 'pipe' | Socket | { fd: number };

/** A worker in its own process group, so that the tools that it runs end with it. It performs one request at a time. */
export class WorkerProcess {
  readonly #child: ChildProcess;
  #waiting: Waiting | undefined;
  #pending: Buffer[] = [];
  #onNote: ((note: FileNote) => void) | undefined;
  #hasExited = false;

  /** A socket of a client is not read here from then on, unless its descriptor is given. */
  constructor(command: readonly string[], onEnd: () => void, { data }: { data?: WorkerData } = {}) {
    const [file = '', ...args] = command;
    this.#child = spawn(file, args, {
      cwd: '/',
      detached: true,
      env: { PATH: process.env['PATH'], LC_ALL: 'C' },
      stdio: ['pipe', 'pipe', 'inherit', ...(data === undefined ? [] : [fileOf(data)])],
    });
    this.#child.once('error', (error) =>
      this.#ended(broken(`cannot be started: ${error.message}`, error), onEnd),
    );
    this.#child.once('exit', (code, signal) => this.#ended(broken(`ended (${signal ?? code})`), onEnd));
    // A worker must not keep the daemon running.
    this.#child.unref();
    // Without free descriptors for the pipes (EMFILE) the child has no streams, and emits an error.
    for (const stream of [this.#child.stdin, this.#child.stdout]) (stream as Socket | undefined)?.unref();
    this.#child.stdin?.on('error', () => undefined);
    this.data?.on('error', () => undefined);
    this.#child.stdout?.on('data', (data: Buffer) => this.#take(data));
  }

  /** Its own stream of bytes; undefined if it could not be started. */
  get data(): Socket | undefined {
    const { stdio } = this.#child as { stdio?: readonly unknown[] };
    return (stdio?.[3] ?? undefined) as Socket | undefined;
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** @throws PCH_FILE_WORKER if it ends before it replies */
  run(request: FileRequest, onNote?: (note: FileNote) => void): Promise<FileReply> {
    return new Promise((resolve, reject) => {
      if (this.#hasExited) return reject(broken('ended'));
      this.#waiting = { resolve, reject };
      this.#onNote = onNote;
      this.#child.stdin?.write(`${JSON.stringify(request)}\n`);
    });
  }

  /** Has a worker continue that waits after a note. */
  proceed(): void {
    this.#child.stdin?.write('\n');
  }

  /** Ends an idle worker. */
  end(): void {
    this.#child.stdin?.end();
  }

  kill(): void {
    signalGroup(this.#child.pid, 'SIGKILL');
  }

  /**
   * Whether all processes of its group have ended. SIGKILL does not end a process in uninterruptible sleep (state D).
   */
  get isGone(): boolean {
    const { pid } = this.#child;
    return this.#hasExited && (!signalGroup(pid, 0) || !hasLivingMember(pid));
  }

  #take(data: Buffer): void {
    this.#pending.push(data);
    if (data.at(-1) !== 0x0a) return;
    const lines = Buffer.concat(this.#pending).toString().trimEnd().split('\n');
    this.#pending = [];
    for (const line of lines) this.#takeLine(JSON.parse(line) as FileReply | FileNote);
  }

  #takeLine(line: FileReply | FileNote): void {
    if ('note' in line) return this.#onNote?.(line);
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.resolve(line);
  }

  #ended(reason: PouchError, onEnd: () => void): void {
    this.#hasExited = true;
    this.#waiting?.reject(reason);
    this.#waiting = undefined;
    onEnd();
  }
}

function fileOf(data: WorkerData): 'pipe' | Socket | number {
  return typeof data === 'object' && 'fd' in data ? data.fd : data;
}

/** Orphans that have ended stay in the group until the host's init reaps them. */
function hasLivingMember(group: number | undefined): boolean {
  return readdirSync('/proc').some((pid) => {
    const stat = /^\d+$/.test(pid) ? readOptional(`/proc/${pid}/stat`) : '';
    // After the name, which may have spaces: state, parent, process group (proc_pid_stat(5)).
    const [state, , pgrp] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return Number(pgrp) === group && state !== 'Z' && state !== 'X';
  });
}

function readOptional(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function broken(how: string, cause?: Error): PouchError {
  return new PouchError('PCH_FILE_WORKER', `a file worker ${how}`, {
    hint: 'try again, which starts another worker; if that fails, run `npm run build`',
    cause,
  });
}
