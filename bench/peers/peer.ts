import type { Command } from '../measure.ts';

export type Network = 'bridge' | 'none';

/** A container platform with its daemon, if it has one, and the image `busybox`. */
export interface Peer {
  name: string;
  /** Runs in the foreground with the default runtime, and removes the container. */
  run(network: Network, ...command: string[]): Command;
  /** Resolves once the clean-up of earlier runs has finished; it would slow down the next contender. */
  settled(): Promise<void>;
  end(): Promise<void>;
}

/** A peer that also runs containers in the background. */
export interface Platform extends Peer {
  /** URL of its Docker API, if a daemon serves one. */
  api?: string;
  command(...args: string[]): Command;
  /** Starts in the background without a network. */
  start(container: string, ...command: string[]): Command;
}

/** A peer that is not installed. */
export interface Missing {
  name: string;
  /** The command that installs it. */
  missing: string;
}

export function isMissing(peer: Peer | Missing): peer is Missing {
  return 'missing' in peer;
}

/** Returns a note for each peer that is not installed. */
export function absences(peers: readonly (Peer | Missing)[]): string[] {
  return peers.filter(isMissing).map(({ name, missing }) => `${name} is not installed (${missing})`);
}
