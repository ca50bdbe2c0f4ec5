import type { Status, Tracked } from './Tracked.ts';

export type Verb =
  'start' | 'stop' | 'kill' | 'restart' | 'pause' | 'unpause' | 'rm' | 'rm -f' | 'use' | 'look';

type Row = Partial<Record<Status, Status>>;

const same: Row = {
  created: 'created',
  running: 'running',
  paused: 'paused',
  exited: 'exited',
  ending: 'ending',
};

/**
 * What an acknowledged verb makes of each status; one that is missing refuses it. `up` is for the kind of container.
 */
const table: Record<Verb, Partial<Record<Status, Status | 'up'>>> = {
  start: { created: 'up', running: 'running', exited: 'up', ending: 'up' },
  stop: { created: 'created', running: 'exited', paused: 'exited', exited: 'exited', ending: 'exited' },
  kill: { running: 'ending', paused: 'ending', ending: 'ending' },
  restart: { created: 'up', running: 'up', paused: 'up', exited: 'up', ending: 'up' },
  pause: { running: 'paused', ending: 'paused' },
  unpause: { paused: 'up' },
  rm: { created: 'gone', exited: 'gone', ending: 'gone' },
  'rm -f': { created: 'gone', running: 'gone', paused: 'gone', exited: 'gone', ending: 'gone' },
  use: { running: 'running', ending: 'ending' },
  look: same,
};

/** What the container may be after the verb was acknowledged; empty if the verb should have been refused. */
export function after(verb: Verb, one: Tracked, states: ReadonlySet<Status> = one.states): Status[] {
  const next = [...states].map((status) => table[verb][status]).filter((status) => status !== undefined);
  const up: Status = one.kind === 'brief' ? 'ending' : 'running';
  return [...new Set(next.map((status) => (status === 'up' ? up : status)))];
}

/** Whether a refusal of the verb is true in one of the states that the container may have. */
export function mayRefuse(verb: Verb, states: ReadonlySet<Status>): boolean {
  // What is ending may run, or not any more.
  return [...states].some((status) => status === 'ending' || table[verb][status] === undefined);
}
