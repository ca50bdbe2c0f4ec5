/** A thread that enters network namespaces, so that the daemon's main thread does not. */
import { parentPort } from 'node:worker_threads';
import { adoptNetns, countersIn, createNetns, releaseNetns, socketIn } from './syscalls.ts';

export type NetnsVerb =
  | { verb: 'create' | 'release'; path: string }
  /** Reads the counters of the namespace's interfaces. */
  | { verb: 'read'; path: string }
  /** Creates a TCP socket in the namespace. */
  | { verb: 'connect from'; path: string; family: 4 | 6 }
  /** Binds the namespace of a process. */
  | { verb: 'adopt'; path: string; pid: number };

export type NetnsTask = { id: number } & NetnsVerb;

export interface NetnsReply {
  id: number;
  error?: string;
  /** The result of `read`, and the file descriptor of a socket. */
  text?: string;
}

parentPort?.on('message', (task: NetnsTask) => {
  const reply: NetnsReply = { id: task.id };
  try {
    reply.text = run(task) ?? '';
  } catch (error) {
    reply.error = error instanceof Error ? error.message : String(error);
  }
  parentPort?.postMessage(reply);
});

function run(task: NetnsTask): string | void {
  if (task.verb === 'read') return countersIn(task.path);
  if (task.verb === 'connect from') return String(socketIn(task.path, task.family));
  if (task.verb === 'adopt') adoptNetns(task.path, task.pid);
  else if (task.verb === 'create') createNetns(task.path);
  else releaseNetns(task.path);
}
