/** Network namespaces that a bind-mounted file keeps open, as with `ip netns` (ip-netns(8)). */
import { mkdir, open, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { PouchError } from '../../hooks/errors.ts';
import { withProcessIn } from '../userns/heldProcess.ts';
import type { NetnsReply, NetnsTask, NetnsVerb } from './worker.ts';

export class NetworkNamespaces {
  #worker: Worker | undefined;
  #nextId = 0;
  readonly #waiting = new Map<number, (reply: NetnsReply) => void>();

  /** Starts the thread in advance, so that the first container does not wait for it. */
  start(): void {
    this.#worker ??= this.#newWorker();
  }

  /** Creates a namespace with loopback up. Replaces the file of a failed attempt. */
  async create(path: string): Promise<void> {
    await this.#prepare(path);
    await this.#call({ verb: 'create', path });
  }

  /** Creates a namespace that belongs to a user namespace, whose root can configure it. */
  async createIn(userns: string, path: string): Promise<void> {
    await this.#prepare(path);
    await withProcessIn(['nsenter', `--user=${userns}`, 'unshare', '--net'], async (pid) => {
      await this.#call({ verb: 'adopt', path, pid });
    });
  }

  /** Resolves to the text of /proc/net/dev in the namespace (proc_net_dev(5)). */
  async counters(path: string): Promise<string> {
    return await this.#call({ verb: 'read', path });
  }

  /** Resolves to a file descriptor of a new TCP socket of the namespace. Threads of a process share descriptors. */
  async socket(path: string, family: 4 | 6): Promise<number> {
    return Number(await this.#call({ verb: 'connect from', path, family }));
  }

  /** Unmounts and removes the file; succeeds if it does not exist. */
  async release(path: string): Promise<void> {
    await this.#call({ verb: 'release', path });
    await rm(path, { force: true });
  }

  async stop(): Promise<void> {
    await this.#worker?.terminate();
    this.#worker = undefined;
  }

  async #prepare(path: string): Promise<void> {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    await this.release(path);
    await (await open(path, 'wx', 0o400)).close();
  }

  #call(task: NetnsVerb): Promise<string> {
    this.start();
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, ({ error, text = '' }) =>
        error === undefined ? resolve(text) : reject(failure(task, error)),
      );
      this.#worker?.postMessage({ id, ...task } satisfies NetnsTask);
    });
  }

  #newWorker(): Worker {
    const worker = new Worker(new URL('./worker.js', import.meta.url));
    worker.unref();
    worker.on('message', (reply: NetnsReply) => {
      this.#waiting.get(reply.id)?.(reply);
      this.#waiting.delete(reply.id);
    });
    worker.on('error', (error) => this.#fail(error));
    return worker;
  }

  #fail(error: Error): void {
    this.#worker = undefined;
    for (const [id, settle] of this.#waiting) settle({ id, error: error.message });
    this.#waiting.clear();
  }
}

function failure({ verb, path }: NetnsVerb, error: string): PouchError {
  return new PouchError('PCH_NETNS_FAILED', `cannot ${verb} the network namespace ${path}: ${error}`, {
    hint: 'pouchd needs root with CAP_SYS_ADMIN, and a state directory on a file system that allows mounts',
  });
}
