/** The thread that enters network namespaces, so that the daemon's own thread never does. */
import { parentPort } from 'node:worker_threads';
import { adoptNetns, countersIn, makeNetns, releaseNetns } from './syscalls.ts';

export type NetnsVerb =
  | { verb: 'make' | 'release'; path: string }
  /** Reads the counters of its interfaces. */
  | { verb: 'read'; path: string }
  /** Takes the namespace of a process. */
  | { verb: 'adopt'; path: string; pid: number };

export type NetnsTask = { id: number } & NetnsVerb;

export interface NetnsAnswer {
  id: number;
  error?: string;
  /** Of `read`. */
  text?: string;
}

parentPort?.on('message', (task: NetnsTask) => {
  const answer: NetnsAnswer = { id: task.id };
  try {
    answer.text = run(task) ?? '';
  } catch (error) {
    answer.error = error instanceof Error ? error.message : String(error);
  }
  parentPort?.postMessage(answer);
});

function run(task: NetnsTask): string | void {
  if (task.verb === 'read') return countersIn(task.path);
  if (task.verb === 'adopt') adoptNetns(task.path, task.pid);
  else if (task.verb === 'make') makeNetns(task.path);
  else releaseNetns(task.path);
}
