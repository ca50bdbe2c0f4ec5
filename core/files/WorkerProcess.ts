import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { PouchError } from '../../hooks/errors.ts';
import type { FileReply, FileRequest } from './protocol.ts';

interface Waiting {
  resolve(reply: FileReply): void;
  reject(error: Error): void;
}

/** One worker, in a process group of its own: the tools that it runs end with it. It does one request at a time. */
export class WorkerProcess {
  readonly #child: ChildProcess;
  #waiting: Waiting | undefined;
  #pending: Buffer[] = [];
  #hasExited = false;

  constructor(command: readonly string[], onEnd: () => void) {
    const [file = '', ...args] = command;
    this.#child = spawn(file, args, {
      cwd: '/',
      detached: true,
      env: { PATH: process.env['PATH'], LC_ALL: 'C' },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    this.#child.once('error', (error) =>
      this.#ended(broken(`cannot be started: ${error.message}`, error), onEnd),
    );
    this.#child.once('exit', (code, signal) => this.#ended(broken(`ended (${signal ?? code})`), onEnd));
    // What it does is waited for by promises; a worker alone does not keep the daemon running.
    this.#child.unref();
    // Without descriptors for its pipes there are no streams either (EMFILE): the error follows.
    for (const stream of [this.#child.stdin, this.#child.stdout]) (stream as Socket | undefined)?.unref();
    this.#child.stdin?.on('error', () => undefined);
    this.#child.stdout?.on('data', (data: Buffer) => this.#take(data));
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** @throws PCH_FILE_WORKER if it ends before it has replied */
  run(request: FileRequest): Promise<FileReply> {
    return new Promise((resolve, reject) => {
      if (this.#hasExited) return reject(broken('ended'));
      this.#waiting = { resolve, reject };
      this.#child.stdin?.write(`${JSON.stringify(request)}\n`);
    });
  }

  /** Lets an idle one end. */
  end(): void {
    this.#child.stdin?.end();
  }

  kill(): void {
    signalGroup(this.#child.pid, 'SIGKILL');
  }

  /** Whether nothing of its process group is left. SIGKILL does not end a process that the kernel holds (state D). */
  get isGone(): boolean {
    const { pid } = this.#child;
    return this.#hasExited && (!signalGroup(pid, 0) || !hasLivingMember(pid));
  }

  #take(data: Buffer): void {
    this.#pending.push(data);
    if (data.at(-1) !== 0x0a) return;
    const text = Buffer.concat(this.#pending).toString();
    this.#pending = [];
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.resolve(JSON.parse(text) as FileReply);
  }

  #ended(reason: PouchError, onEnd: () => void): void {
    this.#hasExited = true;
    this.#waiting?.reject(reason);
    this.#waiting = undefined;
    onEnd();
  }
}

/** False if there is no such group. */
function signalGroup(pid: number | undefined, signal: NodeJS.Signals | 0): boolean {
  if (pid === undefined) return false;
  try {
    return process.kill(-pid, signal);
  } catch {
    return false;
  }
}

/** Orphans that have ended stay in the group until the host's init has waited for them. */
function hasLivingMember(group: number | undefined): boolean {
  return readdirSync('/proc').some((pid) => {
    const stat = /^\d+$/.test(pid) ? readOptional(`/proc/${pid}/stat`) : '';
    // After the name, which may hold spaces: state, parent, process group (proc_pid_stat(5)).
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
    hint: 'try again: another one is started; if it cannot be, run `npm run build`',
    cause,
  });
}
