/** The thread that enters network namespaces, so that the daemon's own thread never does. */
import { parentPort } from 'node:worker_threads';
import { makeNetns, releaseNetns } from './syscalls.ts';

export interface NetnsTask {
  id: number;
  verb: 'make' | 'release';
  path: string;
}

export interface NetnsAnswer {
  id: number;
  error?: string;
}

const verbs = { make: makeNetns, release: releaseNetns };

parentPort?.on('message', ({ id, verb, path }: NetnsTask) => {
  const answer: NetnsAnswer = { id };
  try {
    verbs[verb](path);
  } catch (error) {
    answer.error = error instanceof Error ? error.message : String(error);
  }
  parentPort?.postMessage(answer);
});
